/**
 * Keeps, per seismic network, the number of events, the strongest, and the mean magnitude so far.
 *
 *   weft run examples/earthquakes.ts --input examples/data/earthquakes.jsonl [--output PATH]
 *
 * --input   one JSON object a line, as in examples/data/earthquakes.jsonl
 * --output  where the lines `network<TAB>events<TAB>strongest<TAB>mean` go; default: printed
 */
import { parseArgs } from 'node:util';
import { StreamExecutionEnvironment, WriteMode } from 'weft-stream';

interface Earthquake {
  network: string;
  mag: number | null;
}

interface NetworkSummary {
  network: string;
  events: number;
  /** Events whose magnitude is known. */
  measured: number;
  strongest: number;
  magnitudes: number;
}

const { values } = parseArgs({ options: { input: { type: 'string' }, output: { type: 'string' } } });
if (values.input === undefined)
  throw new Error('Say where the earthquakes are: --input examples/data/earthquakes.jsonl');

const env = StreamExecutionEnvironment.getExecutionEnvironment();

const summaries = env
  .readTextFile(values.input)
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Earthquake)
  .name('Parse')
  .map(({ network, mag }): NetworkSummary => ({
    network,
    events: 1,
    measured: mag === null ? 0 : 1,
    strongest: mag ?? -Infinity,
    magnitudes: mag ?? 0,
  }))
  .keyBy('network')
  .reduce((a, b) => ({
    network: a.network,
    events: a.events + b.events,
    measured: a.measured + b.measured,
    strongest: Math.max(a.strongest, b.strongest),
    magnitudes: a.magnitudes + b.magnitudes,
  }))
  .name('Summarise')
  .map(formatSummary)
  .name('Format');

if (values.output === undefined) summaries.print();
else summaries.writeAsText(values.output, WriteMode.OVERWRITE);

await env.execute('Earthquakes');

function formatSummary({ network, events, measured, strongest, magnitudes }: NetworkSummary): string {
  const known = measured > 0;
  return [network, events, known ? strongest : '-', known ? (magnitudes / measured).toFixed(2) : '-'].join('\t');
}
