/** Makes the streams of one environment, and gives their operators to its graph. */
import type { KeyFunction, SourceSpec } from '../../graph/operator-spec.js';
import { DataStreamSink } from '../streams/data-stream-sink.js';
import { DataStreamSource } from '../streams/data-stream-source.js';
import { DataStream } from '../streams/data-stream.js';
import { IterativeStream } from '../streams/iterative-stream.js';
import { KeyedStream } from '../streams/keyed-stream.js';
import { SingleOutputStreamOperator } from '../streams/single-output-stream-operator.js';
import type { StreamContext, StreamInput } from '../streams/stream-context.js';
import { StreamGraphBuilder, type NewOperator, type OperatorDraft } from './stream-graph-builder.js';

export class StreamEnvironmentContext implements StreamContext {
  readonly builder = new StreamGraphBuilder();
  /** The environment's parallelism; undefined until the program sets it. */
  parallelism: number | undefined;
  timeCharacteristic: StreamContext['timeCharacteristic'];

  constructor(readonly submitCollecting: StreamContext['submitCollecting']) {}

  source<T>(name: string, source: SourceSpec, parallel: boolean): DataStreamSource<T> {
    const draft = this.add([], {
      name,
      pact: 'Data Source',
      operator: { type: 'source', source },
      chainingStrategy: 'HEAD',
      parallelism: parallel ? undefined : 1,
      nonParallel: !parallel,
    });
    return new DataStreamSource<T>(this, draft);
  }

  operator<R>(inputs: readonly StreamInput[], operator: NewOperator): SingleOutputStreamOperator<R> {
    return new SingleOutputStreamOperator<R>(this, this.add(inputs, operator));
  }

  sink<T>(inputs: readonly StreamInput[], operator: NewOperator): DataStreamSink<T> {
    return new DataStreamSink<T>(this.add(inputs, operator));
  }

  iteration<T>(inputs: readonly StreamInput[], maxWaitMs: number): IterativeStream<T> {
    const iteration = this.builder.nextId();
    const [first] = inputs;
    const head = this.add([], {
      name: `IterationSource-${iteration}`,
      pact: 'Operator',
      operator: { type: 'source', source: { kind: 'feedback', iteration, maxWaitMs } },
      chainingStrategy: 'HEAD',
      parallelism: undefined,
      ...(first === undefined ? {} : { colocatedWith: first.draft }),
    });
    return new IterativeStream<T>(this, inputs, head, iteration);
  }

  keyed<T, K>(inputs: readonly StreamInput[], key: KeyFunction): KeyedStream<T, K> {
    this.builder.nextId();
    return new KeyedStream<T, K>(this, inputs, key);
  }

  stream<T>(inputs: readonly StreamInput[]): DataStream<T> {
    this.builder.nextId();
    return new DataStream<T>(this, inputs);
  }

  private add(inputs: readonly StreamInput[], operator: NewOperator): OperatorDraft {
    return this.builder.add(inputs, { ...operator, parallelism: operator.parallelism ?? this.parallelism });
  }
}
