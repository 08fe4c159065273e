/**
 * How a job runs: as a stream of records that are worked on as they come, or, where all input ends, stage by stage. Flink's
 * rules: AUTOMATIC is BATCH if every source is bounded, and BATCH needs that.
 */
import { WeftError } from '../common/errors/index.js';
import type { OperatorSpec, SourceSpec } from './operator-spec.js';
import type { StreamGraph, StreamNode } from './stream-graph.js';

/** As a program or the configuration asks for it. */
export type RuntimeMode = 'STREAMING' | 'BATCH' | 'AUTOMATIC';

/** Whether the source is known to end. */
export function isBounded(source: SourceSpec): boolean {
  switch (source.kind) {
    case 'elements':
    case 'sequence':
      return true;
    case 'text-file':
      return source.watchMs === undefined;
    case 'split':
      return source.source.boundedness === 'BOUNDED';
    case 'function':
      return source.bounded === true;
    default:
      return false;
  }
}

/**
 * The mode that the job runs in.
 * @throws GRAPH_UNBOUNDED for BATCH, and for operators that need all of their input, with a source that may not end;
 * GRAPH_ITERATION for a loop in BATCH
 */
export function resolveRuntimeMode(
  graph: Pick<StreamGraph, 'nodes' | 'edges'>,
  asked: RuntimeMode,
): 'STREAMING' | 'BATCH' {
  const endless = graph.nodes.find(({ operator }) => operator.type === 'source' && !isBounded(operator.source));
  for (const node of graph.nodes) if (needsAllInput(node.operator)) requireBoundedInput(node, graph);
  if (endless === undefined) return asked === 'AUTOMATIC' ? 'BATCH' : asked;
  if (asked !== 'BATCH') return 'STREAMING';
  if (endless.operator.type === 'source' && endless.operator.source.kind === 'feedback') {
    throw new WeftError(
      'GRAPH_ITERATION',
      `The iteration ${title(endless)} cannot run in BATCH mode: a loop has no stages.`,
    );
  }
  throw unbounded(`The job runs in BATCH mode, but its source ${title(endless)} is not known to end.`, endless);
}

/** Whether the operator emits nothing before its input has ended, whatever the mode. */
export function needsAllInput({ type }: OperatorSpec): boolean {
  return type === 'firstOfGroup' || type === 'sortPartition';
}

function requireBoundedInput(node: StreamNode, { nodes, edges }: Pick<StreamGraph, 'nodes' | 'edges'>): void {
  const seen = new Set([node.id]);
  // Grows while it is walked.
  for (const id of seen) for (const edge of edges) if (edge.target === id) seen.add(edge.source);
  const endless = nodes.find(
    ({ id, operator }) => seen.has(id) && operator.type === 'source' && !isBounded(operator.source),
  );
  if (endless === undefined) return;
  throw unbounded(
    `The operator ${title(node)} needs all of its input, but its source ${title(endless)} is not known to end.`,
    node,
  );
}

function title({ name, declaredAt }: StreamNode): string {
  return declaredAt === undefined ? `"${name}"` : `"${name}" (${declaredAt})`;
}

function unbounded(message: string, { name, declaredAt }: StreamNode): WeftError {
  return new WeftError('GRAPH_UNBOUNDED', message, { subject: declaredAt ?? name });
}
