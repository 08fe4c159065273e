/** What went wrong between the connector and the cluster, and what it means to the user. */
import { WeftError, type ErrorCode } from '../../../common/errors/index.js';

/** The numbers of Kafka's protocol that the connector acts on. */
export const KafkaCode = {
  OFFSET_OUT_OF_RANGE: 1,
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  LEADER_NOT_AVAILABLE: 5,
  NOT_LEADER_OR_FOLLOWER: 6,
  REQUEST_TIMED_OUT: 7,
  MESSAGE_TOO_LARGE: 10,
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  RECORD_LIST_TOO_LARGE: 18,
  NOT_ENOUGH_REPLICAS: 19,
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 20,
  UNKNOWN_MEMBER_ID: 25,
  TOPIC_AUTHORIZATION_FAILED: 29,
  GROUP_AUTHORIZATION_FAILED: 30,
  CLUSTER_AUTHORIZATION_FAILED: 31,
  UNSUPPORTED_SASL_MECHANISM: 33,
  ILLEGAL_SASL_STATE: 34,
  DUPLICATE_SEQUENCE_NUMBER: 46,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  INVALID_TRANSACTION_TIMEOUT: 50,
  CONCURRENT_TRANSACTIONS: 51,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 53,
  KAFKA_STORAGE_ERROR: 56,
  SASL_AUTHENTICATION_FAILED: 58,
  FENCED_LEADER_EPOCH: 74,
  UNKNOWN_LEADER_EPOCH: 75,
  PRODUCER_FENCED: 90,
  UNKNOWN_TOPIC_ID: 100,
} as const;

/** No answer came: the connection broke, was refused, or took too long. */
export const NO_ANSWER = -1000;

const NAMES = new Map<number, string>(Object.entries(KafkaCode).map(([name, code]) => [code, name]));

/** What passes by itself, often while a broker starts or a leader moves. */
const PASSING = new Set<number>([
  NO_ANSWER,
  KafkaCode.LEADER_NOT_AVAILABLE,
  KafkaCode.NOT_LEADER_OR_FOLLOWER,
  KafkaCode.REQUEST_TIMED_OUT,
  KafkaCode.COORDINATOR_LOAD_IN_PROGRESS,
  KafkaCode.COORDINATOR_NOT_AVAILABLE,
  KafkaCode.NOT_COORDINATOR,
  KafkaCode.NOT_ENOUGH_REPLICAS,
  KafkaCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  KafkaCode.CONCURRENT_TRANSACTIONS,
  KafkaCode.KAFKA_STORAGE_ERROR,
  KafkaCode.FENCED_LEADER_EPOCH,
  KafkaCode.UNKNOWN_LEADER_EPOCH,
]);

const MEANINGS: readonly (readonly [ErrorCode, readonly number[]])[] = [
  ['KAFKA_UNREACHABLE', [NO_ANSWER]],
  ['KAFKA_TOPIC_NOT_FOUND', [KafkaCode.UNKNOWN_TOPIC_OR_PARTITION, KafkaCode.UNKNOWN_TOPIC_ID]],
  ['KAFKA_RECORD_TOO_LARGE', [KafkaCode.MESSAGE_TOO_LARGE, KafkaCode.RECORD_LIST_TOO_LARGE]],
  ['KAFKA_OFFSET_OUT_OF_RANGE', [KafkaCode.OFFSET_OUT_OF_RANGE]],
  [
    'KAFKA_NOT_AUTHORIZED',
    [
      KafkaCode.TOPIC_AUTHORIZATION_FAILED,
      KafkaCode.GROUP_AUTHORIZATION_FAILED,
      KafkaCode.CLUSTER_AUTHORIZATION_FAILED,
      KafkaCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      KafkaCode.SASL_AUTHENTICATION_FAILED,
      KafkaCode.UNSUPPORTED_SASL_MECHANISM,
      KafkaCode.ILLEGAL_SASL_STATE,
    ],
  ],
  [
    'KAFKA_TRANSACTION_FENCED',
    [
      KafkaCode.INVALID_PRODUCER_EPOCH,
      KafkaCode.PRODUCER_FENCED,
      KafkaCode.INVALID_TXN_STATE,
      KafkaCode.INVALID_PRODUCER_ID_MAPPING,
    ],
  ],
  ['KAFKA_TRANSACTION_TIMEOUT_TOO_LONG', [KafkaCode.INVALID_TRANSACTION_TIMEOUT]],
];

export class KafkaError extends Error {
  constructor(
    /** A number of Kafka's protocol, or NO_ANSWER. */
    readonly code: number,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'KafkaError';
  }

  static ofCode(code: number): KafkaError {
    return new KafkaError(code, `Kafka answered ${NAMES.get(code) ?? 'with error'} (${code}).`);
  }

  /** Whether the same may succeed a little later. */
  get isPassing(): boolean {
    return PASSING.has(this.code);
  }
}

/** @param what what was tried, as a sentence without an end: `The topic orders cannot be read` */
export function kafkaFailure(what: string, error: unknown, subject?: string): WeftError {
  if (error instanceof WeftError) return error;
  const code = error instanceof KafkaError ? meaningOf(error.code) : 'KAFKA_FAILED';
  const why = error instanceof Error ? error.message : String(error);
  return new WeftError(code, `${what}: ${why}`, { cause: error, ...(subject === undefined ? {} : { subject }) });
}

function meaningOf(code: number): ErrorCode {
  return MEANINGS.find(([, codes]) => codes.includes(code))?.[0] ?? 'KAFKA_FAILED';
}
