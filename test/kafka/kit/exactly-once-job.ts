/**
 * Kafka → windows of event time by key, each with a count in keyed state → Kafka. What must come out of it is known beforehand, so that
 * a reader sees whether each result is there once.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaDriver } from '../../../runtime/connectors/kafka/driver/driver.js';
import { RecordBatchWriter } from '../../../runtime/connectors/kafka/records/batch-writer.js';
import { readAll } from './read-all.js';

const KEYS = 20;
export const WINDOW_MS = 1000;
/** Of event time. */
const RECORDS_PER_MS = 1;

const PROGRAM = `import {
  JsonSchema, RichFlatMapFunction, SimpleStringSchema, StreamExecutionEnvironment, TumblingEventTimeWindows, ValueStateDescriptor,
  WatermarkStrategy,
} from 'weft-stream';
import { KafkaRecordSerializationSchema, KafkaSink, KafkaSource } from 'weft-stream/connectors/kafka';
const [servers, from, to, guarantee, interval, prefix] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(Number(interval));
const source = KafkaSource.builder<{ key: number; n: number }>()
  .setBootstrapServers(servers)
  .setTopics(from)
  .setGroupId(prefix)
  .setValueOnlyDeserializer(new JsonSchema<{ key: number; n: number }>())
  .build();
const sink = KafkaSink.builder<string>()
  .setBootstrapServers(servers)
  .setDeliveryGuarantee(guarantee as 'EXACTLY_ONCE')
  .setTransactionalIdPrefix(prefix)
  .setRecordSerializer(
    KafkaRecordSerializationSchema.builder<string>().setTopic(to).setValueSerializationSchema(new SimpleStringSchema()).build(),
  )
  .build();
/** Numbers the windows of a key. */
class Numbered extends RichFlatMapFunction<{ key: number; count: number; sum: number }, string> {
  open() {
    this.windows = this.getRuntimeContext().getState(new ValueStateDescriptor('windows', undefined, 0));
  }
  flatMap({ key, count, sum }, out) {
    const window = this.windows.value() + 1;
    this.windows.update(window);
    out.collect(key + ' window ' + window + ' count ' + count + ' sum ' + sum);
  }
}
env
  .fromSource(source, WatermarkStrategy.forBoundedOutOfOrderness<{ key: number; n: number }>(100), 'numbers')
  .keyBy(({ key }) => key)
  .window(TumblingEventTimeWindows.of(${WINDOW_MS}))
  .aggregate({
    createAccumulator: () => ({ key: 0, count: 0, sum: 0 }),
    add: ({ key, n }, { count, sum }) => ({ key, count: count + 1, sum: sum + n }),
    getResult: (accumulator) => accumulator,
    merge: (a, b) => ({ key: a.key, count: a.count + b.count, sum: a.sum + b.sum }),
  })
  .keyBy(({ key }) => key)
  .flatMap(new Numbered())
  .sinkTo(sink);
await env.execute('exactly once');
`;

export function writeProgram(folder: string): string {
  const program = join(folder, 'exactly-once.ts');
  writeFileSync(program, PROGRAM);
  return program;
}

/** Writes the numbers of a range, each with its time, to partitions in turn. */
export async function feed(driver: KafkaDriver, topic: string, from: number, to: number): Promise<void> {
  const partitions = await driver.partitions([topic]);
  const batches = partitions.flatMap(({ partition }) => {
    const writer = new RecordBatchWriter();
    for (let n = from; n < to; n++) {
      if (n % partitions.length !== partition) continue;
      writer.append(n / RECORDS_PER_MS, null, Buffer.from(JSON.stringify({ key: n % KEYS, n })));
    }
    return writer.count === 0 ? [] : [{ topic, partition, batch: writer.finish() }];
  });
  for (const batch of batches) {
    const leader = partitions.find(({ partition }) => partition === batch.partition)?.leader ?? -1;
    const [answer] = await driver.produce(leader, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 5000,
      batches: [batch],
    });
    if (answer.errorCode !== 0) throw new Error(`Kafka answered ${answer.errorCode}.`);
  }
}

/** The results of the windows that end up to that time. */
export function expectedResults(endMs: number): string[] {
  const results: string[] = [];
  for (let window = 1; window * WINDOW_MS <= endMs; window++) {
    const perWindow = WINDOW_MS * RECORDS_PER_MS;
    const sums = new Array<number>(KEYS).fill(0);
    for (let n = (window - 1) * perWindow; n < window * perWindow; n++) sums[n % KEYS] += n;
    for (let key = 0; key < KEYS; key++) {
      results.push(`${key} window ${window} count ${perWindow / KEYS} sum ${sums[key]}`);
    }
  }
  return results;
}

/** How often each expected result is there for a reader of committed records, where that is not once; and what is there besides. */
export async function deviations(
  driver: KafkaDriver,
  topic: string,
  expected: readonly string[],
): Promise<Map<string, number>> {
  const counts = new Map(expected.map((result) => [result, 0]));
  for (const { value = '' } of await readAll(driver, topic)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const known = new Set(expected);
  return new Map([...counts].filter(([result, count]) => count !== 1 || !known.has(result)));
}
