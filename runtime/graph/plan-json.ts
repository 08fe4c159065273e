/** A job's plan in Flink's two JSON forms: the one that `flink info` prints, and the one of the REST API. */
import type { JobGraph, JobVertex, StreamEdgeData } from './job-graph.js';

export interface ExecutionPlan {
  nodes: ExecutionPlanNode[];
}

export interface ExecutionPlanNode {
  id: number;
  type: string;
  pact: string;
  contents: string;
  parallelism: number;
  /** Left out for sources. */
  predecessors?: { id: number; ship_strategy: string; side: 'second' }[];
}

/** The StreamGraph, as `flink info` prints it. */
export function executionPlanJson(jobGraph: JobGraph): ExecutionPlan {
  return {
    nodes: jobGraph.streamNodes.map((node) => {
      const predecessors = jobGraph.streamEdges
        .filter((edge) => edge.target === node.id)
        .map((edge) => ({ id: edge.source, ship_strategy: edge.partitioner, side: 'second' as const }));
      return {
        id: node.id,
        type: node.name,
        pact: node.pact,
        contents: node.name,
        parallelism: node.parallelism,
        ...(predecessors.length === 0 ? {} : { predecessors }),
      };
    }),
  };
}

export interface RestPlan {
  jid: string;
  name: string;
  type: 'STREAMING' | 'BATCH';
  nodes: RestPlanNode[];
}

export interface RestPlanNode {
  /** The JobVertexID. */
  id: string;
  parallelism: number;
  operator: '';
  operator_strategy: '';
  /** HTML: the chained operators as a tree, one a line, each line ended by `<br/>`. */
  description: string;
  /** Left out for sources. */
  inputs?: { num: number; id: string; ship_strategy: string; exchange: 'pipelined_bounded' | 'blocking' }[];
  optimizer_properties: Record<string, never>;
}

/** The JobGraph, as `GET /jobs/:jobid/plan` answers it: sinks first. */
export function restPlan(jobGraph: JobGraph): RestPlan {
  return {
    jid: jobGraph.jobId,
    name: jobGraph.name,
    type: jobGraph.settings.runtimeMode ?? 'STREAMING',
    nodes: jobGraph.vertices.toReversed().map((vertex) => {
      const inputs = jobGraph.edges
        .filter((edge) => edge.targetVertex === vertex.id)
        .map((edge, num) => ({
          num,
          id: edge.sourceVertex,
          ship_strategy: edge.partitioner,
          exchange: edge.exchange === 'BLOCKING' ? ('blocking' as const) : ('pipelined_bounded' as const),
        }));
      return {
        id: vertex.id,
        parallelism: vertex.parallelism,
        operator: '' as const,
        operator_strategy: '' as const,
        description: vertexDescription(vertex, jobGraph),
        ...(inputs.length === 0 ? {} : { inputs }),
        optimizer_properties: {},
      };
    }),
  };
}

function vertexDescription(vertex: JobVertex, jobGraph: JobGraph): string {
  return chainTree(vertex, jobGraph)
    .map(({ indent, name }) => `${indent}${escapeHtml(name)}<br/>`)
    .join('');
}

/** The operators of a vertex as the lines of a tree, drawn with Flink's characters. */
export function chainTree(vertex: JobVertex, jobGraph: JobGraph): { node: number; indent: string; name: string }[] {
  const names = new Map(jobGraph.streamNodes.map((node) => [node.id, node.name]));
  const chained = jobGraph.streamEdges.filter((edge) => edge.chained);
  const lines: { node: number; indent: string; name: string }[] = [];
  const visit = (node: number, indent: string, below: string): void => {
    lines.push({ node, indent, name: names.get(node) ?? String(node) });
    const outputs = chained.filter((edge: StreamEdgeData) => edge.source === node);
    outputs.forEach((edge, at) => {
      const last = at === outputs.length - 1;
      visit(edge.target, `${below}${last ? '+- ' : ':- '}`, `${below}${last ? '   ' : ':  '}`);
    });
  };
  const [head] = vertex.nodes;
  if (head !== undefined) visit(head, '', '');
  return lines;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
