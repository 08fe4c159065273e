/** Checks what only shows when the whole job is known. Each error names the operator and the line that made it. */
import { WeftError, type ErrorCode } from '../common/errors/index.js';
import { maxParallelismOf } from './max-parallelism.js';
import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js';

/** @throws GRAPH_NO_SINK, GRAPH_FORWARD_PARALLELISM, GRAPH_DUPLICATE_UID, GRAPH_PARALLELISM, GRAPH_ITERATION, GRAPH_ITERATION_CHECKPOINTS, CHECKPOINT_UNALIGNED_REFUSED, GRAPH_INVALID */
export function validateStreamGraph(graph: StreamGraph): void {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  for (const node of graph.nodes) checkParallelism(node, graph);
  checkUids(graph.nodes);
  for (const edge of graph.edges) checkEdge(edge, nodes);
  checkIterations(graph.nodes);
  checkLoopsAreNotLost(graph);
  checkUnaligned(graph);
  checkSink(graph);
}

function checkParallelism(node: StreamNode, graph: StreamGraph): void {
  const { parallelism, operator } = node;
  if (!Number.isSafeInteger(parallelism) || parallelism < 1) {
    throw nodeError(
      'GRAPH_PARALLELISM',
      node,
      `has the parallelism ${parallelism}, which is not a whole number from 1`,
    );
  }
  if (operator.type === 'source' && !runsInParallel(operator.source) && parallelism > 1) {
    throw nodeError('GRAPH_PARALLELISM', node, `is not a parallel source, but has the parallelism ${parallelism}`);
  }
  const max = maxParallelismOf(node, graph.settings);
  if (parallelism > max) {
    throw nodeError('GRAPH_PARALLELISM', node, `has the parallelism ${parallelism}, above its maximum of ${max}`);
  }
}

function runsInParallel(source: (StreamNode['operator'] & { type: 'source' })['source']): boolean {
  if (source.kind === 'function') return source.parallel;
  return source.kind !== 'elements' && source.kind !== 'socket-text';
}

function checkUids(nodes: readonly StreamNode[]): void {
  const byUid = new Map<string, StreamNode>();
  for (const node of nodes) {
    if (node.uid === undefined) continue;
    const other = byUid.get(node.uid);
    if (other !== undefined) {
      throw nodeError('GRAPH_DUPLICATE_UID', node, `has the uid "${node.uid}" that ${title(other)} has already`);
    }
    byUid.set(node.uid, node);
  }
}

function checkEdge(edge: StreamEdge, nodes: ReadonlyMap<number, StreamNode>): void {
  const source = nodes.get(edge.source);
  const target = nodes.get(edge.target);
  if (source === undefined || target === undefined || edge.source >= edge.target) {
    throw new WeftError(
      'GRAPH_INVALID',
      `The edge ${edge.source} → ${edge.target} does not lead from an earlier node to a later one.`,
    );
  }
  if (edge.partitioner.kind === 'FORWARD' && source.parallelism !== target.parallelism) {
    throw nodeError(
      'GRAPH_FORWARD_PARALLELISM',
      target,
      `has the parallelism ${target.parallelism}, but reads with forward() from ${title(source)}, which has ${source.parallelism}`,
    );
  }
}

/** Both ends of a loop are there, and meet in each slot. */
function checkIterations(nodes: readonly StreamNode[]): void {
  const tails = new Map<number, StreamNode>();
  for (const node of nodes) {
    const { operator } = node;
    if (operator.type === 'sink' && operator.sink.kind === 'feedback') tails.set(operator.sink.iteration, node);
  }
  for (const head of nodes) {
    const { operator } = head;
    if (operator.type !== 'source' || operator.source.kind !== 'feedback') continue;
    const tail = tails.get(operator.source.iteration);
    if (tail === undefined) throw nodeError('GRAPH_ITERATION', head, 'is never closed: closeWith() was not called');
    if (tail.parallelism !== head.parallelism) {
      const problem = `has the parallelism ${head.parallelism}, but its feedback has ${tail.parallelism}`;
      throw nodeError('GRAPH_ITERATION', head, problem);
    }
    if (tail.slotSharingGroup !== head.slotSharingGroup) {
      const groups = `"${head.slotSharingGroup}", but its feedback in "${tail.slotSharingGroup}"`;
      throw nodeError('GRAPH_ITERATION', head, `is in the slot sharing group ${groups}`);
    }
  }
}

/** What goes round a loop is in no checkpoint, so the job would not keep its word: as Flink, only if the program insists. */
function checkLoopsAreNotLost({ nodes, settings }: StreamGraph): void {
  const { intervalMs, force } = settings.checkpointing ?? {};
  if (intervalMs === undefined || force === true) return;
  const head = nodes.find(({ operator }) => operator.type === 'source' && operator.source.kind === 'feedback');
  if (head === undefined) return;
  throw nodeError('GRAPH_ITERATION_CHECKPOINTS', head, 'is a loop, whose records are in no checkpoint');
}

/** As Flink: without `forced` nothing may be overtaken whose way another parallelism would change. */
function checkUnaligned({ nodes, edges, settings }: StreamGraph): void {
  const {
    intervalMs,
    mode,
    unaligned,
    forceUnaligned,
    minPauseMs = 0,
    maxConcurrent = 1,
  } = settings.checkpointing ?? {};
  if (intervalMs === undefined || unaligned !== true || mode === 'AT_LEAST_ONCE') return;
  const refused = (why: string): WeftError =>
    new WeftError('CHECKPOINT_UNALIGNED_REFUSED', `Unaligned checkpoints are not possible: ${why}.`);
  if (maxConcurrent > 1 && minPauseMs === 0) throw refused(`${maxConcurrent} checkpoints may be on their way at once`);
  if (forceUnaligned === true) return;
  const loop = nodes.find(({ operator }) => operator.type === 'source' && operator.source.kind === 'feedback');
  if (loop !== undefined) throw refused(`the operator ${title(loop)} is a loop`);
  const custom = edges.find(({ partitioner }) => partitioner.kind === 'CUSTOM');
  const target = nodes.find(({ id }) => id === custom?.target);
  if (target !== undefined)
    throw refused(`records go to the operator ${title(target)} by a partitioner of the program`);
}

function checkSink(graph: StreamGraph): void {
  if (graph.nodes.some((node) => node.pact === 'Data Sink')) return;
  const read = new Set(graph.edges.map((edge) => edge.source));
  const ends = graph.nodes.filter((node) => !read.has(node.id));
  const open = ends.length === 0 ? '' : ` Nothing reads from ${ends.map(title).join(', ')}.`;
  throw new WeftError('GRAPH_NO_SINK', `The job "${graph.jobName}" has no sink.${open}`);
}

function title(node: StreamNode): string {
  return node.declaredAt === undefined ? `"${node.name}"` : `"${node.name}" (${node.declaredAt})`;
}

function nodeError(code: ErrorCode, node: StreamNode, problem: string): WeftError {
  return new WeftError(code, `The operator ${title(node)} ${problem}.`, { subject: node.declaredAt ?? node.name });
}
