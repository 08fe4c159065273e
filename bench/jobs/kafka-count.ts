/** kafka-eos: texts `key,value` of a topic → counted by key → `key,count` to a topic, exactly once with a checkpoint each second. */
import { parseArgs } from 'node:util';
import {
  KeyedProcessFunction,
  SimpleStringSchema,
  StreamExecutionEnvironment,
  ValueStateDescriptor,
  type Collector,
  type ProcessContext,
  type ValueState,
} from 'weft-stream';
import {
  KafkaRecordSerializationSchema,
  KafkaSink,
  KafkaSource,
  OffsetsInitializer,
} from 'weft-stream/connectors/kafka';

class Count extends KeyedProcessFunction<string, string, string> {
  private count!: ValueState<number>;

  override open(): void {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', undefined, 0));
  }

  processElement(_line: string, context: ProcessContext<string>, out: Collector<string>): void {
    const count = (this.count.value() ?? 0) + 1;
    this.count.update(count);
    out.collect(`${context.getCurrentKey()},${count}`);
  }
}

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '' },
    from: { type: 'string', default: '' },
    to: { type: 'string', default: '' },
    'checkpoint-ms': { type: 'string', default: '1000' },
    'checkpoint-dir': { type: 'string', default: '' },
  },
});
const { brokers, from, to } = values;
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(Number(values['checkpoint-ms']));
environment.getCheckpointConfig().setCheckpointStorage(values['checkpoint-dir']);
const source = KafkaSource.builder<string>()
  .setBootstrapServers(brokers)
  .setTopics(from)
  .setValueOnlyDeserializer(new SimpleStringSchema())
  .setBounded(OffsetsInitializer.latest())
  .build();
const sink = KafkaSink.builder<string>()
  .setBootstrapServers(brokers)
  .setDeliveryGuarantee('EXACTLY_ONCE')
  .setTransactionalIdPrefix(to)
  .setRecordSerializer(
    KafkaRecordSerializationSchema.builder<string>()
      .setTopic(to)
      .setValueSerializationSchema(new SimpleStringSchema())
      .build(),
  )
  .build();
environment
  .fromSource(source, 'lines')
  .keyBy((line) => line.slice(0, line.indexOf(',')))
  .process(new Count())
  .sinkTo(sink);
await environment.execute('kafka-count');
