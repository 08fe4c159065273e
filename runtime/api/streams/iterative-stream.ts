import { apiError } from '../api-error.js';
import type { OperatorDraft } from '../environment/stream-graph-builder.js';
import { DataStream } from './data-stream.js';
import type { StreamContext, StreamInput } from './stream-context.js';

/** The start of a loop: its records are those of the input and those that `closeWith` sends back. */
export class IterativeStream<T> extends DataStream<T> {
  private closed = false;

  /** Made by `iterate`. */
  constructor(
    context: StreamContext,
    inputs: readonly StreamInput[],
    private readonly head: OperatorDraft,
    private readonly iteration: number,
  ) {
    super(context, [...inputs, { draft: head, partitioner: undefined }]);
  }

  /**
   * Sends the records of the feedback stream round again. They go to the subtask of the same number, in the same slot, and
   * wait there in memory.
   * @returns the feedback stream
   * @throws GRAPH_ITERATION when the loop is closed already, or the stream does not come from it
   */
  closeWith(feedback: DataStream<T>): DataStream<T> {
    this.requireOfSameJob('closeWith', feedback);
    if (this.closed) throw apiError('GRAPH_ITERATION', 'closeWith() was called for a loop that is closed already.');
    const inputs = this.inputsOf(feedback);
    const [first] = inputs;
    if (!comesFrom(inputs, this.head)) {
      throw apiError('GRAPH_ITERATION', 'closeWith() was given a stream that does not come from its iterate().');
    }
    this.closed = true;
    this.context.sink(inputs, {
      name: `IterationSink-${this.iteration}`,
      pact: 'Operator',
      operator: { type: 'sink', sink: { kind: 'feedback', iteration: this.iteration } },
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
      ...(first === undefined ? {} : { colocatedWith: first.draft }),
    });
    return feedback;
  }
}

function comesFrom(inputs: readonly StreamInput[], head: OperatorDraft): boolean {
  const seen = new Set<OperatorDraft>();
  const open = inputs.map(({ draft }) => draft);
  for (let draft = open.pop(); draft !== undefined; draft = open.pop()) {
    if (draft === head) return true;
    if (seen.has(draft)) continue;
    seen.add(draft);
    open.push(...draft.inputs.map((input) => input.draft));
  }
  return false;
}
