/**
 * `npm run bench -- kafka`: Kafka → count by key → Kafka, exactly once with a checkpoint each second, in records per CPU second of the
 * TaskManagers, by Weft and by Flink with its own connector on the same broker. One broker, two partitions; it runs beside the job and
 * is not counted.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKafkajs } from '../../runtime/connectors/kafka/driver/kafkajs-driver.js';
import type { KafkaDriver } from '../../runtime/connectors/kafka/driver/driver.js';
import { RecordBatchWriter } from '../../runtime/connectors/kafka/records/batch-writer.js';
import { KafkaBroker } from '../../test/kafka/kit/broker.js';
import { Topics } from '../../test/kafka/kit/topics.js';
import type { BenchOptions } from '../bench-options.js';
import { FlinkEngine, WeftEngine, withEngine, type Engine } from '../engines.js';
import { figure, median } from '../figure.js';
import { reading } from '../jobs/data/generator.js';

const RECORDS = 2_000_000;
const KEYS = 1000;
const PARTITIONS = 2;
const RUNS = 3;
const RECORDS_PER_BATCH = 10_000;
export async function benchKafka({ folder, scale, runs = RUNS, report, withPeer }: BenchOptions): Promise<void> {
  const records = Math.max(20_000, Math.round(RECORDS * scale));
  const broker = await KafkaBroker.start();
  const topics = await Topics.of(broker);
  const driver = await connectKafkajs({
    brokers: [broker.bootstrapServers],
    clientId: 'bench',
    requestTimeoutMs: 30_000,
  });
  try {
    const from = await topics.create(PARTITIONS);
    await fill(driver, from, records);
    const rateOf = (engine: Engine): Promise<number> =>
      withEngine(engine, { taskManagers: 1, slots: PARTITIONS }, async () => {
        const used: number[] = [];
        for (let run = 0; run <= runs; run++) {
          const to = await topics.create(PARTITIONS);
          const { taskManagerCpuSeconds } = await engine.run('kafka-count', PARTITIONS, {
            ...{ brokers: broker.bootstrapServers, from, to, 'checkpoint-ms': '1000' },
            'checkpoint-dir': `file://${join(tmpdir(), 'weft-bench-checkpoints')}`,
          });
          await requireAll(driver, to, records);
          // The first run warms up.
          if (run > 0) used.push(taskManagerCpuSeconds);
        }
        return records / 1e6 / median(used);
      });
    const own = await rateOf(new WeftEngine(folder));
    const peer = withPeer ? await rateOf(new FlinkEngine()) : undefined;
    report(figure('kafka-eos', own, 'M records/CPU s', peer, false));
  } finally {
    await driver.close();
    await topics.close();
    await broker.stop();
  }
}

async function fill(driver: KafkaDriver, topic: string, records: number): Promise<void> {
  const [{ leader }] = await driver.partitions([topic]);
  for (let start = 0; start < records; start += RECORDS_PER_BATCH) {
    const partition = (start / RECORDS_PER_BATCH) % PARTITIONS;
    const writer = new RecordBatchWriter();
    for (let id = start; id < Math.min(records, start + RECORDS_PER_BATCH); id++) {
      const { key, value, ts } = reading(id, KEYS);
      writer.append(ts, null, Buffer.from(`${key},${value}`));
    }
    const batches = [{ topic, partition, batch: writer.finish() }];
    const [{ errorCode }] = await driver.produce(leader, {
      transactionalId: null,
      acks: -1,
      timeoutMs: 10_000,
      batches,
    });
    if (errorCode !== 0) throw new Error(`Kafka answered ${errorCode}.`);
  }
}

/** Besides the records there are only the marks of transactions. */
async function requireAll(driver: KafkaDriver, topic: string, records: number): Promise<void> {
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition }));
  const ends = await driver.offsets(partitions, 'latest', true);
  const written = ends.reduce((sum, { offset }) => sum + offset, 0);
  if (written < records) throw new Error(`There are ${written} records in ${topic} instead of ${records}.`);
}
