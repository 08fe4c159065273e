/**
 * Sums sales by customer, as a job over data that ends: it runs stage by stage, sorts what it groups, and needs no more memory for
 * many sales than for few.
 *
 *   weft run examples/sales-totals.ts --output PATH [--sales N] [--customers N]
 *
 * --output     where the lines `customer<TAB>total` go
 * --sales      how many there are; default 100,000
 * --customers  how many buy; default 1,000
 */
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment, WriteMode } from 'weft-stream';

const { values } = parseArgs({
  options: {
    output: { type: 'string' },
    sales: { type: 'string', default: '100000' },
    customers: { type: 'string', default: '1000' },
  },
});
const sales = Number(values.sales);
const customers = Number(values.customers);
if (values.output === undefined) throw new Error('Say with --output where the totals shall go.');

const env = StreamExecutionEnvironment.getExecutionEnvironment().setRuntimeMode('BATCH');

env
  .fromSequence(1, sales)
  .name('Sales')
  .map((n) => ({ customer: `customer ${n % customers}`, amount: n, note: 'as agreed by telephone. '.repeat(4) }))
  .keyBy('customer')
  .sum('amount')
  .name('Total by customer')
  .map(({ customer, amount }) => `${customer}\t${amount}`)
  .writeAsText(values.output, WriteMode.OVERWRITE);

await env.execute('Sales totals');
