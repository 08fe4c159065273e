/** The parts of kafkajs below its public API that the driver stands on: connections, metadata, and requests one by one. */
import type { Socket } from 'node:net';

export interface Connection {
  readonly socket: Socket;
  readonly clientId: string;
  readonly requestQueue: RequestQueue;
  /** What came and is no whole answer yet. */
  chunks: Buffer[];
  bytesBuffered: number;
  isAuthenticated(): boolean;
  /** Does nothing where none is asked for. */
  authenticate(): Promise<void>;
  failIfNotConnected(): void;
  nextCorrelationId(): number;
  processData(data: Buffer): void;
}

export interface Answer {
  /** Behind the length and the number of the request. */
  readonly payload: Buffer;
}

interface QueuedRequest {
  readonly entry: {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    readonly correlationId: number;
    resolve(answer: Answer): void;
    reject(error: Error): void;
  };
  readonly expectResponse: boolean;
  readonly requestTimeout: number | null;
  sendRequest(): void;
}

/** Of each connection, what waits to be sent, and what waits for its answer. */
export interface RequestQueue {
  readonly pending: readonly unknown[];
  push(request: QueuedRequest): void;
  rejectAll(error: Error): void;
  scheduleCheckPendingRequests(): void;
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
  connectionPool: {
    /** Connected; fetches have a connection of their own. */
    getConnectionByRequest(request: { request: { apiKey: number } }): Promise<Connection>;
    pool: Connection[];
  };
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
