/**
 * The package `weft-stream/connectors/kafka`: sources and sinks for Kafka. A program bundles it when it imports it; nothing else of
 * Weft does, so that jobs without Kafka never load it. What is not API of the engine (clock, errors) comes with it.
 */
export type { KafkaProperties } from './client-properties.js';
export type { PartitionOffset, TopicPartition } from './driver/driver.js';
export { FlinkKafkaConsumer } from './legacy/flink-kafka-consumer.js';
export { FlinkKafkaProducer } from './legacy/flink-kafka-producer.js';
export type { RecordHeader } from './records/batch-writer.js';
export {
  BadRecords,
  KafkaRecordDeserializationSchema,
  type BadRecord,
  type BadRecordPolicy,
  type ConsumerRecord,
} from './source/deserialization.js';
export { KafkaSource, KafkaSourceBuilder } from './source/kafka-source.js';
export { OffsetsInitializer, type OffsetResetStrategy } from './source/offsets-initializer.js';
export { DeliveryGuarantee, type LostTransactions } from './sink/delivery.js';
export { KafkaSink, KafkaSinkBuilder } from './sink/kafka-sink.js';
export {
  FlinkFixedPartitioner,
  KeyPartitioner,
  RoundRobinPartitioner,
  type FlinkKafkaPartitioner,
} from './sink/partitioners.js';
export { KafkaRecordSerializationSchema, type KafkaSinkContext, type ProducerRecord } from './sink/serialization.js';
