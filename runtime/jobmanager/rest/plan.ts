/** The plan of a job as Flink's REST API draws it: sinks first, each chain as a small tree. Pure. */
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';

export interface PlanNode {
  id: string;
  parallelism: number;
  operator: string;
  operator_strategy: string;
  /** HTML: one line an operator of the chain, ended by `<br/>`, indented below the operator that it follows. */
  description: string;
  inputs?: { num: number; id: string; ship_strategy: string; exchange: string }[];
  optimizer_properties: Record<string, never>;
}

export interface Plan {
  jid: string;
  name: string;
  type: 'STREAMING';
  nodes: PlanNode[];
}

export function planOf(graph: JobGraph): Plan {
  const nodes = graph.vertices.toReversed().map((vertex) => planNodeOf(graph, vertex));
  return { jid: graph.jobId, name: graph.name, type: 'STREAMING', nodes };
}

function planNodeOf(graph: JobGraph, vertex: JobVertex): PlanNode {
  const inputs = graph.edges
    .filter((edge) => edge.targetVertex === vertex.id)
    .map((edge, num) => ({
      num,
      id: edge.sourceVertex,
      ship_strategy: edge.partitioner,
      exchange: 'pipelined_bounded',
    }));
  return {
    id: vertex.id,
    parallelism: vertex.parallelism,
    operator: '',
    operator_strategy: '',
    description: descriptionOf(graph, vertex),
    ...(inputs.length === 0 ? {} : { inputs }),
    optimizer_properties: {},
  };
}

function descriptionOf(graph: JobGraph, vertex: JobVertex): string {
  const names = new Map(graph.streamNodes.map((node) => [node.id, node.name]));
  const members = new Set(vertex.nodes);
  const lines: string[] = [];
  const visit = (id: number, depth: number): void => {
    lines.push(
      depth === 0 ? escapeHtml(names.get(id) ?? '') : `${'   '.repeat(depth - 1)}+- ${escapeHtml(names.get(id) ?? '')}`,
    );
    const next = graph.streamEdges.filter(
      ({ source, target, chained }) => chained && source === id && members.has(target),
    );
    for (const { target } of next) visit(target, depth + 1);
  };
  const head = vertex.nodes[0];
  if (head !== undefined) visit(head, 0);
  return lines.map((line) => `${line}<br/>`).join('');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
