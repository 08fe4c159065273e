import { OutputTag, type StandardSchemaV1 } from '../../functions/index.js';
import type { SchemaInput, SchemaOutput } from '../../functions/types/index.js';
import { hasSideOutputs } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';
import type { OperatorDraft } from '../environment/stream-graph-builder.js';
import { DataStream } from './data-stream.js';
import * as settings from './operator-settings.js';
import type { StreamContext } from './stream-context.js';

/** A schema that a stream of T can have: a narrower type, or one that takes more and makes something of it. */
type FittingSchema<T, S extends StandardSchemaV1> = [SchemaInput<S>] extends [T]
  ? S
  : [T] extends [SchemaInput<S>]
    ? S
    : never;

/** The output of one operator, which can still be named and tuned. */
export class SingleOutputStreamOperator<T> extends DataStream<T> {
  /** Made by the methods of streams and environments. */
  constructor(
    context: StreamContext,
    private readonly draft: OperatorDraft,
  ) {
    super(context, [{ draft, partitioner: undefined }]);
  }

  /**
   * What the operator emits to the tag with `context.output(tag, …)`.
   * @throws API_BAD_ARGUMENT when the operator has no side outputs: only process functions and split-based sources have
   */
  getSideOutput<X>(tag: OutputTag<X>): DataStream<X> {
    const { draft } = this;
    if (!(tag instanceof OutputTag)) {
      throw apiError('API_BAD_ARGUMENT', 'getSideOutput() was given something else than an OutputTag.');
    }
    if (!hasSideOutputs(draft.operator)) {
      throw apiError(
        'API_BAD_ARGUMENT',
        `"${draft.name}" has no side outputs: only process functions and split-based sources emit to them.`,
      );
    }
    return this.context.stream([{ draft, partitioner: undefined, outputTag: tag.id }]);
  }

  /**
   * Declares what the operator's records are: one of `Types`, or a schema of any library that follows the Standard Schema.
   * Each record is checked as the operator emits it (the job fails with TASK_TYPE_MISMATCH at one that does not fit), and
   * what a schema makes of it goes on in its place. With one of `Types` the serializer is compiled for it beforehand.
   * @throws API_BAD_ARGUMENT for something that is no schema
   */
  returns<S extends StandardSchemaV1>(schema: FittingSchema<T, S>): SingleOutputStreamOperator<SchemaOutput<S>> {
    settings.setOutputType(this.draft, schema);
    return this as unknown as SingleOutputStreamOperator<SchemaOutput<S>>;
  }

  /** The operator's name in plans, pages and logs. */
  name(name: string): this {
    settings.setName(this.draft, name);
    return this;
  }

  /** Identity of the operator across changes of the program: state is found again by it. Unique in the job. */
  uid(uid: string): this {
    settings.setUid(this.draft, uid);
    return this;
  }

  /**
   * How many subtasks run the operator. Ranks before the environment's, `-p` and `parallelism.default`.
   * @throws API_PARALLELISM
   */
  setParallelism(parallelism: number): this {
    settings.setParallelism(this.draft, parallelism);
    return this;
  }

  /**
   * The number of key groups: to how many subtasks the operator can ever be scaled with its state.
   * @throws API_PARALLELISM
   */
  setMaxParallelism(maxParallelism: number): this {
    settings.setMaxParallelism(this.draft, maxParallelism);
    return this;
  }

  /** Subtasks of one group may share a slot. @default the group of the inputs if they agree, else `default` */
  slotSharingGroup(group: string): this {
    settings.setSlotSharingGroup(this.draft, group);
    return this;
  }

  /** Never chains the operator, neither to the one before nor to the one after. */
  disableChaining(): this {
    this.draft.chainingStrategy = 'NEVER';
    return this;
  }

  /** Starts a chain here: the operator is not chained to the one before, but may be to those after. */
  startNewChain(): this {
    this.draft.chainingStrategy = 'HEAD';
    return this;
  }

  /** How long a record may wait for its buffer to fill: milliseconds, 0 = sent at once, -1 = sent when full. */
  setBufferTimeout(timeoutMs: number): this {
    settings.setBufferTimeout(this.draft, timeoutMs);
    return this;
  }
}
