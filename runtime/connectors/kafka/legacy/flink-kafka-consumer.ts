import type {
  Boundedness,
  DeserializationSchema,
  Source,
  SourceReaderContext,
  SplitEnumeratorContext,
} from '../../../functions/index.js';
import type { KafkaProperties } from '../client-properties.js';
import type { KafkaRecordDeserializationSchema } from '../source/deserialization.js';
import type { KafkaEnumerator, KafkaEnumeratorState } from '../source/kafka-enumerator.js';
import type { KafkaReader } from '../source/kafka-reader.js';
import { KafkaSource } from '../source/kafka-source.js';
import type { KafkaSplit } from '../source/kafka-split.js';
import { OffsetsInitializer, type OffsetResetStrategy } from '../source/offsets-initializer.js';

/** A `WatermarkStrategy` of the API. */
interface Strategy<T> {
  withIdleness(timeoutMs: number): Strategy<T>;
}

const DISCOVERY = 'flink.partition-discovery.interval-millis';

/**
 * The short form of earlier Flink, for `env.addSource(new FlinkKafkaConsumer(topic, schema, properties))`: a `KafkaSource` whose
 * settings are made by setters until the job is described.
 */
export class FlinkKafkaConsumer<T> implements Source<T, KafkaSplit, KafkaEnumeratorState> {
  readonly boundedness: Boundedness = 'CONTINUOUS_UNBOUNDED';
  watermarkStrategy: object | undefined;
  private starting: OffsetsInitializer | undefined;
  private committing = true;
  private made: KafkaSource<T> | undefined;

  /**
   * @param topic a name, several, or a pattern for whole names
   * @param schema of values, or of whole records
   * @param properties of Kafka's consumer
   * @throws KAFKA_BAD_OPTION
   */
  constructor(
    private readonly topic: string | readonly string[] | RegExp,
    private readonly schema: DeserializationSchema<T> | KafkaRecordDeserializationSchema<T>,
    private readonly properties: KafkaProperties,
  ) {
    // Tells at once what is wrong with the properties.
    this.build();
  }

  setStartFromEarliest(): this {
    return this.startFrom(OffsetsInitializer.earliest());
  }

  setStartFromLatest(): this {
    return this.startFrom(OffsetsInitializer.latest());
  }

  /** The default. Where the group has none, `auto.offset.reset` says; latest unless it is set. */
  setStartFromGroupOffsets(): this {
    return this.startFrom(undefined);
  }

  /** @param timestampMs epoch milliseconds */
  setStartFromTimestamp(timestampMs: number): this {
    return this.startFrom(OffsetsInitializer.timestamp(timestampMs));
  }

  /** Partitions that are not among them begin where the group is. */
  setStartFromSpecificOffsets(offsets: Parameters<typeof OffsetsInitializer.offsets>[0]): this {
    return this.startFrom(OffsetsInitializer.offsets(offsets, this.reset()));
  }

  setCommitOffsetsOnCheckpoints(committing: boolean): this {
    this.committing = committing;
    return this;
  }

  /** @param strategy for each partition by itself */
  assignTimestampsAndWatermarks(strategy: Strategy<T>): this {
    this.watermarkStrategy = strategy;
    return this;
  }

  validate(): Promise<void> {
    return this.source().validate();
  }

  createEnumerator(
    context: SplitEnumeratorContext<KafkaSplit>,
    restored: KafkaEnumeratorState | undefined,
  ): KafkaEnumerator {
    return this.source().createEnumerator(context, restored);
  }

  createReader(context: SourceReaderContext): KafkaReader<T> {
    return this.source().createReader(context);
  }

  private startFrom(starting: OffsetsInitializer | undefined): this {
    this.starting = starting;
    return this;
  }

  private source(): KafkaSource<T> {
    return (this.made ??= this.build());
  }

  private build(): KafkaSource<T> {
    const { topic, schema, properties, committing } = this;
    const builder = KafkaSource.builder<T>()
      .setProperties({ 'partition.discovery.interval.ms': properties[DISCOVERY] ?? 0, ...properties })
      .setStartingOffsets(this.starting ?? OffsetsInitializer.committedOffsets(this.reset()));
    if (!committing) builder.setProperty('commit.offsets.on.checkpoint', false);
    if (topic instanceof RegExp) builder.setTopicPattern(topic);
    else builder.setTopics(topic);
    if (isOfRecords(schema)) builder.setDeserializer(schema);
    else builder.setValueOnlyDeserializer(schema);
    return builder.build();
  }

  private reset(): OffsetResetStrategy {
    const given = String(this.properties['auto.offset.reset'] ?? 'latest').toUpperCase();
    return given === 'EARLIEST' || given === 'NONE' ? given : 'LATEST';
  }
}

/** Both kinds have one method of the same name; that of whole records takes a collector. */
function isOfRecords<T>(
  schema: DeserializationSchema<T> | KafkaRecordDeserializationSchema<T>,
): schema is KafkaRecordDeserializationSchema<T> {
  return schema.deserialize.length > 1;
}
