import { defineCodes } from './code-entry.js';

/** The Kafka connector. */
export const KAFKA_CODES = defineCodes({
  KAFKA_UNREACHABLE: {
    domain: 'external',
    summary: 'No broker of the Kafka cluster answers.',
    hint: 'Check bootstrap.servers, and that the addresses which the brokers advertise can be reached from every node.',
    retry: 'backoff',
  },
  KAFKA_NOT_AUTHORIZED: {
    domain: 'external',
    summary: 'Kafka refuses the user, or does not let it do this.',
    hint: 'Check security.protocol and the sasl.* properties, and the ACLs of the topic, the group and the transactional id.',
  },
  KAFKA_TOPIC_NOT_FOUND: {
    domain: 'external',
    summary: 'A topic that is read or written does not exist, or not any more.',
    hint: 'Check the name; Weft creates no topics.',
  },
  KAFKA_OFFSET_OUT_OF_RANGE: {
    domain: 'external',
    summary: 'The records at the offset where reading goes on are not there any more, or not yet.',
    hint: 'Raise the retention of the topic, or let auto.offset.reset say where to go on (earliest or latest).',
  },
  KAFKA_RECORD_TOO_LARGE: {
    domain: 'user',
    summary: 'A record is larger than the broker or the topic takes.',
    hint: 'Make the record smaller, or raise max.message.bytes of the topic and max.request.size.',
  },
  KAFKA_BAD_RECORD: {
    domain: 'user',
    summary: 'A record that was read from Kafka cannot be deserialized.',
    hint: 'Correct the schema, or say what becomes of such records: setBadRecords(BadRecords.skip()) or toSideOutput(tag).',
  },
  KAFKA_BAD_BATCH: {
    domain: 'external',
    summary: 'A batch of records that a broker sent is damaged or in a format that is not read.',
    hint: 'Look at the broker’s log and disk; topics in the format before Kafka 0.11 are not read.',
  },
  KAFKA_COMPRESSION_UNAVAILABLE: {
    domain: 'user',
    summary: 'Records are compressed with a codec that is not there.',
    hint: 'Use gzip, or zstd with Node 22.15 or later.',
  },
  KAFKA_BAD_OPTION: {
    domain: 'user',
    summary: 'A setting of a Kafka source or sink is missing, unknown or wrong.',
    hint: 'See the guide on Kafka.',
  },
  KAFKA_TRANSACTION_TIMEOUT_TOO_LONG: {
    domain: 'user',
    summary: 'The timeout of the sink’s transactions is longer than the broker allows.',
    hint: 'Lower transaction.timeout.ms, or raise transaction.max.timeout.ms of the brokers.',
  },
  KAFKA_TRANSACTION_FENCED: {
    domain: 'external',
    summary:
      'A transaction of a sink was ended by somebody else: a producer with the same transactional id, or its timeout.',
    hint: 'Give each sink a transactionalIdPrefix of its own; raise transaction.timeout.ms beyond the checkpoint interval.',
    retry: 'backoff',
  },
  KAFKA_TRANSACTION_LOST: {
    domain: 'external',
    summary:
      'What a complete checkpoint was to commit to Kafka is lost: its transaction timed out or was fenced meanwhile.',
    hint: 'The message names partitions and offsets. Raise transaction.timeout.ms; setLostTransactions("CONTINUE") goes on without them.',
  },
  KAFKA_FAILED: {
    domain: 'external',
    summary: 'Kafka refused a request for a reason of its own.',
    hint: 'See the message and the broker’s log.',
    retry: 'backoff',
  },
});
