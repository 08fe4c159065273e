/** The parts of kafkajs below its public API that the driver stands on: connections, metadata, and requests one by one. */

interface Connection {
  requestQueue: { rejectAll(error: Error): void };
}

export interface WireRequest {
  request: {
    apiKey: number;
    apiName: string;
    apiVersion: number;
    encode(): { buf: Buffer; buffer: Buffer; size(): number };
  };
  response: { decode(payload: Buffer): unknown; parse(decoded: unknown): unknown };
  requestTimeout?: number;
  logResponseError?: boolean;
}

interface TopicMetadata {
  topicErrorCode: number;
  topic: string;
  isInternal: boolean;
  partitionMetadata: { partitionErrorCode: number; partitionId: number; leader: number }[];
}

interface Topic<P> {
  topic: string;
  partitions: P[];
}

interface TransactionCall {
  transactionalId: string;
  producerId: string;
  producerEpoch: number;
}

export interface Broker {
  connectionPool: { send(request: WireRequest): Promise<unknown>; pool: Connection[] };
  metadata(topics: string[]): Promise<{ topicMetadata: TopicMetadata[] }>;
  listOffsets(request: {
    replicaId: number;
    isolationLevel: number;
    topics: Topic<{ partition: number; timestamp: number }>[];
  }): Promise<{ responses: Topic<{ partition: number; offset: string }>[] }>;
  offsetFetch(request: {
    groupId: string;
    topics: Topic<{ partition: number }>[];
  }): Promise<{ responses: Topic<{ partition: number; offset: string }>[] }>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: Topic<{ partition: number; offset: string; metadata: string }>[];
  }): Promise<unknown>;
  initProducerId(request: {
    transactionalId: string | null;
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  addPartitionsToTxn(request: TransactionCall & { topics: Topic<number>[] }): Promise<unknown>;
  endTxn(request: TransactionCall & { transactionResult: boolean }): Promise<unknown>;
  describeConfigs(request: {
    resources: { type: number; name: string; configNames: string[] }[];
  }): Promise<{ resources: { configEntries: { configName: string; configValue: string | null }[] }[] }>;
}

export interface Cluster {
  brokerPool: { brokers: Record<string, Broker>; seedBroker: Broker | undefined };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  getNodeIds(): string[];
  findBroker(options: { nodeId: string | number }): Promise<Broker>;
  findControllerBroker(): Promise<Broker>;
  findGroupCoordinator(options: { groupId: string; coordinatorType: number }): Promise<Broker>;
}

/** Of each connection, what waits to be sent. */
export interface RequestQueue {
  pending: unknown[];
  scheduleCheckPendingRequests(): void;
}
