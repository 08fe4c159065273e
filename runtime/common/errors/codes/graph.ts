import { defineCodes } from './code-entry.js';

/** A job that was described without a mistake in any one call, and still cannot run as a whole. */
export const GRAPH_CODES = defineCodes({
  GRAPH_ITERATION: {
    domain: 'user',
    summary: 'An iteration is not closed, is closed twice or by a foreign stream, or its ends differ in parallelism.',
    hint: 'Call closeWith() once, with a stream that comes from the iteration and has the parallelism of its input.',
  },
  GRAPH_ITERATION_CHECKPOINTS: {
    domain: 'user',
    summary:
      'A job with an iteration takes checkpoints: the records in its loop are not in them and a failure loses them.',
    hint: 'Leave checkpoints off, or accept the loss: enableCheckpointing(interval, mode, true).',
  },
  GRAPH_UNBOUNDED: {
    domain: 'user',
    summary: 'BATCH mode, or an operator that needs all of its input, has a source that is not known to end.',
    hint:
      'Use STREAMING (setRuntimeMode, execution.runtime-mode), or a source that ends: fromCollection, fromSequence, ' +
      'readTextFile, fromSource of a bounded Source, addSource with { bounded: true }.',
  },
  GRAPH_NO_SINK: {
    domain: 'user',
    summary: 'execute() was called for a job without a sink, so its results would go nowhere.',
    hint: 'End a stream with print(), writeAsText() or addSink() before execute().',
  },
  GRAPH_FORWARD_PARALLELISM: {
    domain: 'user',
    summary: 'Two operators are connected by forward(), which needs the same parallelism on both sides.',
    hint: 'Give both operators the same parallelism, or use rebalance() or rescale() between them.',
  },
  GRAPH_DUPLICATE_UID: {
    domain: 'user',
    summary: 'Two operators of a job have the same uid.',
    hint: 'Give each operator a uid of its own.',
  },
  GRAPH_PARALLELISM: {
    domain: 'user',
    summary:
      'An operator’s parallelism is out of range, above its maximum parallelism, or above 1 for a source that is not parallel.',
    hint: 'Lower the parallelism (setParallelism, -p, parallelism.default) or raise the maximum (setMaxParallelism).',
  },
  GRAPH_INVALID: {
    domain: 'internal',
    summary: 'A StreamGraph does not hang together: an edge names no node, or the nodes are out of order.',
    hint: 'Please report this with the program: the API should not be able to make such a graph.',
  },
});
