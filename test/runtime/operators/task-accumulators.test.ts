import test from 'ava';
import { Histogram, LongCounter } from '../../../runtime/functions/index.js';
import { TaskAccumulators } from '../../../runtime/operators/index.js';

test('functions of a task share the counters that they ask for by name', (t) => {
  const task = new TaskAccumulators();
  t.is(task.states(), undefined);
  task.ofKind('seen', LongCounter).add(2);
  task.ofKind('seen', LongCounter).add(3);
  t.deepEqual(task.states(), [{ name: 'seen', type: 'LongCounter', value: 5 }]);
});

test('names are taken once, kinds do not change, and only Weft’s kinds are taken', (t) => {
  const task = new TaskAccumulators();
  task.add('seen', new LongCounter());
  const code = 'API_ACCUMULATOR';
  t.throws(() => task.add('seen', new LongCounter()), { code, message: /"seen" exists already/ });
  t.throws(() => task.ofKind('seen', Histogram), { code, message: /"seen" is a LongCounter, not a Histogram/ });
  t.throws(() => task.add('own', { add: () => undefined } as never), { code, message: /"own" is none/ });
});
