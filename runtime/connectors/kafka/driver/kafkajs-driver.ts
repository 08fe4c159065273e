/**
 * A driver over kafkajs, which has the connections, TLS and SASL, the cluster's metadata, and the small requests. Records are not
 * for kafkajs: they go through as bytes.
 */
import type { Broker, Cluster } from './kafkajs-types.js';
import {
  byTopic,
  type ClientOptions,
  type FetchedPartition,
  type FetchRequest,
  type KafkaDriver,
  type OffsetQuery,
  type PartitionLeader,
  type PartitionOffset,
  type ProducedPartition,
  type ProducerIdentity,
  type ProduceRequest,
  type TopicPartition,
  type TransactionIdentity,
} from './driver.js';
import { KafkaError } from './kafka-error.js';
import { connectCluster, disconnectCluster, toKafkaError } from './kafkajs-cluster.js';
import { sendRaw } from './raw-requests.js';
import { fetchRequest, listOpenTransactions, produceRequest } from './wire-requests.js';

const GROUP = 0;
const TRANSACTION = 1;
const BROKER_RESOURCE = 4;
const NO_GENERATION = -1;
const CONSUMER_REPLICA = -1;

export async function connectKafkajs(options: ClientOptions): Promise<KafkaDriver> {
  return new KafkajsDriver(await guarded(() => connectCluster(options)));
}

class KafkajsDriver implements KafkaDriver {
  constructor(private readonly cluster: Cluster) {}

  async topics(): Promise<string[]> {
    const { topicMetadata } = await this.onAnyBroker((broker) => broker.metadata([]));
    return topicMetadata.filter(({ isInternal }) => !isInternal).map(({ topic }) => topic);
  }

  async partitions(topics: readonly string[]): Promise<PartitionLeader[]> {
    if (topics.length === 0) return [];
    const { topicMetadata } = await this.onAnyBroker((broker) => broker.metadata([...topics]));
    return topicMetadata.flatMap(({ topic, partitionMetadata }) =>
      partitionMetadata.map(({ partitionId, leader }) => ({ topic, partition: partitionId, leader })),
    );
  }

  async offsets(
    partitions: readonly TopicPartition[],
    at: OffsetQuery,
    onlyCommitted: boolean,
  ): Promise<PartitionOffset[]> {
    const timestamp = at === 'earliest' ? -2 : at === 'latest' ? -1 : at;
    const leaders = await this.partitions([...new Set(partitions.map(({ topic }) => topic))]);
    const found: PartitionOffset[] = [];
    for (const [leader, own] of groupByLeader(partitions, leaders)) {
      const { responses } = await this.on(leader, (broker) =>
        broker.listOffsets({
          replicaId: CONSUMER_REPLICA,
          isolationLevel: onlyCommitted ? 1 : 0,
          topics: byTopic(own, ({ partition }) => ({ partition, timestamp })),
        }),
      );
      found.push(...offsetsIn(responses));
    }
    return found;
  }

  fetch(broker: number, request: FetchRequest): Promise<FetchedPartition[]> {
    return this.on(broker, (connected) => sendRaw(connected, fetchRequest(request)));
  }

  produce(broker: number, request: ProduceRequest): Promise<ProducedPartition[]> {
    return this.on(broker, (connected) => sendRaw(connected, produceRequest(request)));
  }

  async committedOffsets(group: string, partitions: readonly TopicPartition[]): Promise<PartitionOffset[]> {
    const { responses } = await this.onCoordinator(GROUP, group, (broker) =>
      broker.offsetFetch({ groupId: group, topics: byTopic(partitions, ({ partition }) => ({ partition })) }),
    );
    return offsetsIn(responses);
  }

  async commitOffsets(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    await this.onCoordinator(GROUP, group, (broker) =>
      broker.offsetCommit({
        groupId: group,
        groupGenerationId: NO_GENERATION,
        memberId: '',
        topics: byTopic(offsets, ({ partition, offset }) => ({ partition, offset: String(offset), metadata: '' })),
      }),
    );
  }

  async initProducer(transactionalId: string | null, transactionTimeoutMs: number): Promise<ProducerIdentity> {
    const call = (broker: Broker): ReturnType<Broker['initProducerId']> =>
      broker.initProducerId({ transactionalId, transactionTimeout: transactionTimeoutMs });
    const { producerId, producerEpoch } =
      transactionalId === null
        ? await this.onAnyBroker(call)
        : await this.onCoordinator(TRANSACTION, transactionalId, call);
    return { producerId: Number(producerId), producerEpoch };
  }

  async addPartitions(transaction: TransactionIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = transaction;
    await this.onCoordinator(TRANSACTION, transactionalId, (broker) =>
      broker.addPartitionsToTxn({
        ...{ transactionalId, producerId: String(producerId), producerEpoch },
        topics: byTopic(partitions, ({ partition }) => partition),
      }),
    );
  }

  async endTransaction(transaction: TransactionIdentity, isCommit: boolean): Promise<void> {
    const { transactionalId, producerId, producerEpoch } = transaction;
    await this.onCoordinator(TRANSACTION, transactionalId, (broker) =>
      broker.endTxn({
        ...{ transactionalId, producerId: String(producerId), producerEpoch },
        transactionResult: isCommit,
      }),
    );
  }

  async openTransactions(): Promise<string[]> {
    await guarded(() => this.cluster.refreshMetadata());
    const found = await Promise.all(
      this.cluster
        .getNodeIds()
        .map((nodeId) => this.on(Number(nodeId), (connected) => sendRaw(connected, listOpenTransactions()))),
    );
    return found.flat();
  }

  async brokerSetting(name: string): Promise<string | undefined> {
    await guarded(() => this.cluster.refreshMetadata());
    const nodeId = this.cluster.getNodeIds()[0] ?? '';
    const { resources } = await this.on(Number(nodeId), (broker) =>
      broker.describeConfigs({ resources: [{ type: BROKER_RESOURCE, name: nodeId, configNames: [name] }] }),
    );
    const entry = resources[0]?.configEntries.find(({ configName }) => configName === name);
    return entry?.configValue ?? undefined;
  }

  async close(): Promise<void> {
    await disconnectCluster(this.cluster);
  }

  private on<T>(broker: number, action: (broker: Broker) => Promise<T>): Promise<T> {
    return guarded(async () => action(await this.cluster.findBroker({ nodeId: broker })));
  }

  private onAnyBroker<T>(action: (broker: Broker) => Promise<T>): Promise<T> {
    return guarded(async () => {
      await this.cluster.refreshMetadata();
      return action(await this.cluster.findControllerBroker());
    });
  }

  private onCoordinator<T>(kind: number, key: string, action: (broker: Broker) => Promise<T>): Promise<T> {
    return guarded(async () =>
      action(await this.cluster.findGroupCoordinator({ groupId: key, coordinatorType: kind })),
    );
  }
}

function groupByLeader(
  partitions: readonly TopicPartition[],
  leaders: readonly PartitionLeader[],
): Map<number, TopicPartition[]> {
  const grouped = new Map<number, TopicPartition[]>();
  for (const each of partitions) {
    const leader = leaders.find(({ topic, partition }) => topic === each.topic && partition === each.partition)?.leader;
    const own = grouped.get(leader ?? -1) ?? [];
    grouped.set(leader ?? -1, own);
    own.push(each);
  }
  return grouped;
}

function offsetsIn(
  topics: readonly { topic: string; partitions: { partition: number; offset: string }[] }[],
): PartitionOffset[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  );
}

async function guarded<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof KafkaError ? error : toKafkaError(error);
  }
}
