/** Which partition of its topic a record goes to. */

/** What users write; names and meaning are Flink's. */
export interface FlinkKafkaPartitioner<T> {
  /** Before the first record. */
  open?(subtask: number, parallelism: number): void;
  /**
   * @param partitions the numbers of the topic's partitions, ascending; never empty
   * @returns one of them
   */
  partition(
    record: T,
    key: Uint8Array | null,
    value: Uint8Array | null,
    topic: string,
    partitions: readonly number[],
  ): number;
}

/** Every record of a subtask goes to the same partition. */
export class FlinkFixedPartitioner<T> implements FlinkKafkaPartitioner<T> {
  private subtask = 0;

  open(subtask: number): void {
    this.subtask = subtask;
  }

  partition(_record: T, _key: unknown, _value: unknown, _topic: string, partitions: readonly number[]): number {
    return partitions[this.subtask % partitions.length];
  }
}

/** One partition after the other. */
export class RoundRobinPartitioner<T> implements FlinkKafkaPartitioner<T> {
  private next = 0;

  open(subtask: number): void {
    this.next = subtask;
  }

  partition(_record: T, _key: unknown, _value: unknown, _topic: string, partitions: readonly number[]): number {
    return partitions[this.next++ % partitions.length];
  }
}

/** As Kafka's own producers: by the hash of the key; records without a key go round. */
export class KeyPartitioner<T> implements FlinkKafkaPartitioner<T> {
  private readonly others = new RoundRobinPartitioner<T>();

  open(subtask: number): void {
    this.others.open(subtask);
  }

  partition(record: T, key: Uint8Array | null, value: unknown, topic: string, partitions: readonly number[]): number {
    if (key === null) return this.others.partition(record, key, value, topic, partitions);
    return partitions[(murmur2(key) & 0x7fffffff) % partitions.length];
  }
}

const WITHOUT_VALUE: readonly unknown[] = [
  FlinkFixedPartitioner.prototype,
  RoundRobinPartitioner.prototype,
  KeyPartitioner.prototype,
];

/** Whether it may want the bytes of the value: those of this file do not, but what extends them may. */
export function looksAtValue(partitioner: object): boolean {
  return !WITHOUT_VALUE.includes(Object.getPrototypeOf(partitioner));
}

const SEED = 0x9747b28c;
const FACTOR = 0x5bd1e995;

/** The hash that Kafka's clients share, so that the same key comes to the same partition whoever writes it. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    let part = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    part = Math.imul(part, FACTOR);
    part = Math.imul(part ^ (part >>> 24), FACTOR);
    hash = Math.imul(hash, FACTOR) ^ part;
  }
  const left = length - at;
  if (left === 3) hash ^= bytes[at + 2] << 16;
  if (left >= 2) hash ^= bytes[at + 1] << 8;
  if (left >= 1) hash = Math.imul(hash ^ bytes[at], FACTOR);
  hash = Math.imul(hash ^ (hash >>> 13), FACTOR);
  return hash ^ (hash >>> 15);
}
