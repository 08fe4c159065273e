/**
 * Counts the earthquakes of each network and day, by the time of the earthquakes.
 *
 *   weft run examples/earthquakes-per-day.ts --input examples/data/earthquakes.jsonl [--output PATH]
 *
 * --input   one JSON object a line, as in examples/data/earthquakes.jsonl, in any order within a day
 * --output  where the lines `day<TAB>network<TAB>events<TAB>strongest` go; default: printed
 */
import { parseArgs } from 'node:util';
import {
  StreamExecutionEnvironment,
  Time,
  TumblingEventTimeWindows,
  WatermarkStrategy,
  type Collector,
  WriteMode,
} from 'weft-stream';

interface Earthquake {
  network: string;
  /** Epoch milliseconds. */
  time: number;
  mag: number | null;
}

const { values } = parseArgs({ options: { input: { type: 'string' }, output: { type: 'string' } } });
if (values.input === undefined)
  throw new Error('Say where the earthquakes are: --input examples/data/earthquakes.jsonl');

const env = StreamExecutionEnvironment.getExecutionEnvironment();

const days = env
  .readTextFile(values.input)
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Earthquake)
  .name('Parse')
  .assignTimestampsAndWatermarks(
    WatermarkStrategy.forBoundedOutOfOrderness<Earthquake>(Time.days(40)).withTimestampAssigner(({ time }) => time),
  )
  .keyBy('network')
  .window(TumblingEventTimeWindows.of(Time.days(1)))
  .aggregate(
    {
      createAccumulator: () => ({ events: 0, strongest: -Infinity }),
      add({ mag }, day) {
        day.events++;
        if (mag !== null && mag > day.strongest) day.strongest = mag;
        return day;
      },
      getResult: (day) => day,
    },
    (network, context, [{ events, strongest }], out: Collector<string>) => {
      const day = new Date(context.window().start).toISOString().slice(0, 10);
      out.collect([day, network, events, strongest === -Infinity ? '-' : strongest].join('\t'));
    },
  )
  .name('Per day');

if (values.output === undefined) days.print();
else days.writeAsText(values.output, WriteMode.OVERWRITE);

await env.execute('Earthquakes per day');
