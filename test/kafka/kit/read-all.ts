/** What readers of a topic find, by Weft's own driver and filter, which the source's tests check against kafkajs and Java. */
import { connectKafkajs } from '../../../runtime/connectors/kafka/driver/kafkajs-driver.js';
import type { KafkaDriver } from '../../../runtime/connectors/kafka/driver/driver.js';
import { PartitionQueue } from '../../../runtime/connectors/kafka/source/partition-queue.js';

export interface ReadRecord {
  partition: number;
  offset: number;
  timestamp: number;
  key: string | undefined;
  value: string | undefined;
}

export function connectDriver(bootstrapServers: string): Promise<KafkaDriver> {
  return connectKafkajs({ brokers: [bootstrapServers], clientId: 'test', requestTimeoutMs: 30_000 });
}

/** Everything in the topic now; readers of committed records stop at the first open transaction. */
export async function readAll(
  driver: KafkaDriver,
  topic: string,
  isolation: 'committed' | 'all' = 'committed',
): Promise<ReadRecord[]> {
  const onlyCommitted = isolation === 'committed';
  const found: ReadRecord[] = [];
  for (const { partition, leader } of await driver.partitions([topic])) {
    const [start] = await driver.offsets([{ topic, partition }], 'earliest', onlyCommitted);
    const [end] = await driver.offsets([{ topic, partition }], 'latest', onlyCommitted);
    const queue = new PartitionQueue(
      { splitId: '', topic, partition, offset: start.offset, stopOffset: end.offset },
      true,
      onlyCommitted,
    );
    while (!queue.ended) {
      const [fetched] = await driver.fetch(leader, {
        partitions: [{ topic, partition, offset: queue.fetchOffset }],
        ...{ maxWaitMs: 100, minBytes: 1, maxBytes: 2 ** 24, maxPartitionBytes: 2 ** 22, onlyCommitted },
      });
      queue.add(fetched);
      while (queue.advance()) {
        const { cursor } = queue;
        if (cursor === undefined) break;
        const { offset, timestampMs: timestamp } = cursor;
        const [key, value] = [cursor.key()?.toString(), cursor.value()?.toString()];
        found.push({ partition, offset, timestamp, key, value });
      }
    }
  }
  return found;
}
