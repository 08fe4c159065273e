/**
 * What streams of one environment share. Streams make each other through it, because each kind extends `DataStream`
 * and they could not import one another. Types only.
 */
import type { EdgePartitioner, JobSettings } from '../../graph/stream-graph.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { JobClient } from '../environment/job-client.js';
import type { NewOperator, OperatorDraft } from '../environment/stream-graph-builder.js';
import type { DataStreamSink } from './data-stream-sink.js';
import type { DataStream } from './data-stream.js';
import type { IterativeStream } from './iterative-stream.js';
import type { KeyedStream } from './keyed-stream.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';

/** One operator whose output a stream carries, and how its records will be spread; undefined: as parallelism suggests. */
export interface StreamInput {
  readonly draft: OperatorDraft;
  readonly partitioner: EdgePartitioner | undefined;
  /** Which input of the operator it is. @default 0 */
  readonly inputIndex?: number;
  /** The side output of the operator; left out for the main output. */
  readonly outputTag?: string;
}

export interface StreamContext {
  /** What time means where a program does not say; undefined until it sets it. */
  readonly timeCharacteristic: JobSettings['timeCharacteristic'];
  /** Hands over the job that was described so far, whose results a collect sink keeps. */
  readonly submitCollecting: (jobName?: string) => Promise<{ client: JobClient; node: number }>;
  /** Adds an operator that reads the inputs. */
  operator<R>(inputs: readonly StreamInput[], operator: NewOperator): SingleOutputStreamOperator<R>;
  sink<T>(inputs: readonly StreamInput[], operator: NewOperator): DataStreamSink<T>;
  /** Starts a loop whose records come from these inputs and from its own end. */
  iteration<T>(inputs: readonly StreamInput[], maxWaitMs: number): IterativeStream<T>;
  keyed<T, K>(inputs: readonly StreamInput[], key: KeyFunction): KeyedStream<T, K>;
  /** The inputs as they are, e.g. after a union or with another partitioner. */
  stream<T>(inputs: readonly StreamInput[]): DataStream<T>;
}
