/** What the connector asks of a Kafka cluster. Source and sink know this and no client library. */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionLeader extends TopicPartition {
  /** The id of the broker that has it; -1 while there is none. */
  readonly leader: number;
}

export interface PartitionOffset extends TopicPartition {
  /** Of the next record; -1 = none is known. */
  readonly offset: number;
}

/** Which offset of a partition is meant: the first, the one behind the last, or the first of a time in epoch milliseconds. */
export type OffsetQuery = 'earliest' | 'latest' | number;

export interface FetchRequest {
  readonly partitions: readonly PartitionOffset[];
  /** Waits so long for `minBytes`. */
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
  readonly onlyCommitted: boolean;
}

export interface FetchedPartition extends TopicPartition {
  /** A number of Kafka's; 0 = none. */
  readonly errorCode: number;
  /** Behind the last record that a reader may see. */
  readonly endOffset: number;
  /** Transactions in `records` that were aborted, in no order to rely on; null = none. */
  readonly aborted: readonly { readonly producerId: number; readonly firstOffset: number }[] | null;
  /** Batches, the last of them perhaps cut off. */
  readonly records: Buffer;
}

export interface ProduceRequest {
  readonly transactionalId: string | null;
  /** -1 = all replicas, 1 = the leader. */
  readonly acks: number;
  readonly timeoutMs: number;
  readonly batches: readonly (TopicPartition & { readonly batch: Buffer })[];
}

export interface ProducedPartition extends TopicPartition {
  readonly errorCode: number;
  /** Of the batch's first record. */
  readonly baseOffset: number;
}

/** With which a broker tells a producer from its earlier incarnations. */
export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface TransactionIdentity extends ProducerIdentity {
  readonly transactionalId: string;
}

/** Every method throws a `KafkaError` when the cluster refuses, or cannot be reached. None repeats anything by itself. */
export interface KafkaDriver {
  /** Every topic that is not Kafka's own. */
  topics(): Promise<string[]>;
  /** The partitions of these topics, asked for anew. */
  partitions(topics: readonly string[]): Promise<PartitionLeader[]>;
  offsets(partitions: readonly TopicPartition[], at: OffsetQuery, onlyCommitted: boolean): Promise<PartitionOffset[]>;
  /** Waits as the request says, beside other requests. One at a time for each broker. */
  fetch(broker: number, request: FetchRequest): Promise<FetchedPartition[]>;
  produce(broker: number, request: ProduceRequest): Promise<ProducedPartition[]>;
  committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<PartitionOffset[]>;
  /** For those who watch: the group must have no members. */
  commitOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void>;
  /** A new identity; of a transactional id all earlier ones are fenced, and an open transaction is aborted. */
  initProducer(transactionalId: string | null, transactionTimeoutMs: number): Promise<ProducerIdentity>;
  addPartitions(transaction: TransactionIdentity, partitions: readonly TopicPartition[]): Promise<void>;
  endTransaction(transaction: TransactionIdentity, isCommit: boolean): Promise<void>;
  /** The ids of transactions that are neither committed nor aborted. */
  openTransactions(): Promise<string[]>;
  /** What a broker is configured to; undefined when it does not say. */
  brokerSetting(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** How to reach a cluster. */
export interface ClientOptions {
  /** `host:port` of some of its brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly sasl?: Readonly<Record<string, unknown>>;
}

/** `orders-3`, as Kafka writes it. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Groups what belongs to the same topic. */
export function byTopic<T extends TopicPartition, R>(
  items: readonly T[],
  convert: (item: T) => R,
): { topic: string; partitions: R[] }[] {
  const grouped = new Map<string, R[]>();
  for (const item of items) {
    const partitions = grouped.get(item.topic) ?? [];
    grouped.set(item.topic, partitions);
    partitions.push(convert(item));
  }
  return [...grouped].map(([topic, partitions]) => ({ topic, partitions }));
}
