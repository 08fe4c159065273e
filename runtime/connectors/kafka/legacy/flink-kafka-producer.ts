import type { SerializationSchema, Sink, SinkWriterContext } from '../../../functions/index.js';
import type { KafkaProperties } from '../client-properties.js';
import type { KafkaCommittable } from '../sink/committable.js';
import { DeliveryGuarantee } from '../sink/delivery.js';
import type { KafkaCommitter } from '../sink/kafka-committer.js';
import { KafkaSink } from '../sink/kafka-sink.js';
import type { KafkaWriter, KafkaWriterState } from '../sink/kafka-writer.js';
import { FlinkFixedPartitioner, type FlinkKafkaPartitioner } from '../sink/partitioners.js';
import { KafkaRecordSerializationSchema } from '../sink/serialization.js';

/**
 * The short form of earlier Flink, for `stream.addSink(new FlinkKafkaProducer(topic, schema, properties))`: a `KafkaSink` for one topic.
 */
export class FlinkKafkaProducer<T> implements Sink<T, KafkaCommittable, KafkaWriterState> {
  static readonly Semantic = DeliveryGuarantee;
  readonly writerStates = 'UNION';
  private prefix: string | undefined;
  private made: KafkaSink<T> | undefined;

  /**
   * @param schema of values
   * @param properties of Kafka's producer
   * @param semantic exactly once needs `setTransactionalIdPrefix` @default 'AT_LEAST_ONCE'
   * @param partitioner @default each subtask writes to one partition, as in Flink
   */
  constructor(
    private readonly topic: string,
    private readonly schema: SerializationSchema<T>,
    private readonly properties: KafkaProperties,
    private readonly semantic: DeliveryGuarantee = 'AT_LEAST_ONCE',
    private readonly partitioner: FlinkKafkaPartitioner<T> = new FlinkFixedPartitioner<T>(),
  ) {}

  /** What the ids of the sink's transactions begin with; no other sink of the cluster may have the same. */
  setTransactionalIdPrefix(prefix: string): this {
    this.prefix = prefix;
    return this;
  }

  /** @throws KAFKA_… */
  async validate(): Promise<void> {
    await this.sink().validate();
  }

  createWriter(context: SinkWriterContext, restored: readonly KafkaWriterState[]): Promise<KafkaWriter<T>> {
    return this.sink().createWriter(context, restored);
  }

  createCommitter(): KafkaCommitter {
    return this.sink().createCommitter();
  }

  private sink(): KafkaSink<T> {
    return (this.made ??= this.build());
  }

  private build(): KafkaSink<T> {
    const serializer = KafkaRecordSerializationSchema.builder<T>()
      .setTopic(this.topic)
      .setValueSerializationSchema(this.schema)
      .setPartitioner(this.partitioner)
      .build();
    const builder = KafkaSink.builder<T>()
      .setKafkaProducerConfig(this.properties)
      .setRecordSerializer(serializer)
      .setDeliveryGuarantee(this.semantic);
    if (this.prefix !== undefined) builder.setTransactionalIdPrefix(this.prefix);
    return builder.build();
  }
}
