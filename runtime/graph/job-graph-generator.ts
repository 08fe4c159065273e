/** StreamGraph → JobGraph: chains operators into vertices, gives them their ids, and drops the functions. */
import { describeOrder, inputOrderOf, isSorted } from './input-order.js';
import { decideChaining, type ChainingDecision } from './chaining.js';
import { maxParallelismOf } from './max-parallelism.js';
import { isCoordinated } from './operator-spec.js';
import { operatorIds } from './operator-ids.js';
import { StreamGraphIndex } from './stream-graph-index.js';
import type { JobEdge, JobGraph, JobVertex, StreamEdgeData, StreamNodeData } from './job-graph.js';
import type { JobSettings, StreamEdge, StreamGraph, StreamNode } from './stream-graph.js';

export interface JobGraphOptions {
  /** 32 hex digits. */
  jobId: string;
  program: JobGraph['program'];
}

/** The graph must have passed `validateStreamGraph`. */
export function createJobGraph(streamGraph: StreamGraph, { jobId, program }: JobGraphOptions): JobGraph {
  const index = new StreamGraphIndex(streamGraph);
  const decisions = new Map(streamGraph.edges.map((edge) => [edge, decideChaining(edge, index)]));
  const chains = new Chains(index, decisions);
  const ids = operatorIds(index, (edge) => chains.isChained(edge));
  return {
    jobId,
    name: streamGraph.jobName,
    settings: settingsData(streamGraph.settings),
    streamNodes: streamGraph.nodes.map((node) => nodeData(node, ids)),
    streamEdges: streamGraph.edges.map((edge) => edgeData(edge, decisions)),
    vertices: chains.heads().map((head) => vertex(head, chains, index, ids)),
    edges: jobEdges(index, chains, ids),
    program,
  };
}

/** Which node is chained to which. A chained edge is its target's only input, so that chains are trees. */
class Chains {
  private readonly headOf = new Map<number, number>();

  constructor(
    private readonly index: StreamGraphIndex,
    private readonly decisions: ReadonlyMap<StreamEdge, ChainingDecision>,
  ) {
    for (const { id } of index.graph.nodes) {
      const chainedTo = index.inputsOf(id).find((edge) => this.isChained(edge));
      this.headOf.set(id, chainedTo === undefined ? id : this.head(chainedTo.source));
    }
  }

  isChained(edge: StreamEdge): boolean {
    return this.decisions.get(edge)?.chained === true;
  }

  head(id: number): number {
    return this.headOf.get(id) ?? id;
  }

  /** Ascending, which is a topological order: an edge between vertices leads to a head, from a node with a smaller id. */
  heads(): number[] {
    return [...new Set(this.headOf.values())].sort((a, b) => a - b);
  }

  members(head: number): number[] {
    return [...this.headOf].filter(([, itsHead]) => itsHead === head).map(([id]) => id);
  }

  /** `A -> B`, forks `A -> (B, C -> D)`. */
  name(id: number): string {
    const own = this.index.node(id).name;
    const next = this.index
      .outputsOf(id)
      .filter((edge) => this.isChained(edge))
      .map((edge) => this.name(edge.target));
    if (next.length === 0) return own;
    return `${own} -> ${next.length === 1 ? next.join() : `(${next.join(', ')})`}`;
  }
}

function vertex(head: number, chains: Chains, index: StreamGraphIndex, ids: ReadonlyMap<number, string>): JobVertex {
  const node = index.node(head);
  return {
    id: idOf(head, ids),
    name: chains.name(head),
    parallelism: node.parallelism,
    maxParallelism: maxParallelismOf(node, index.graph.settings),
    slotSharingGroup: node.slotSharingGroup,
    nodes: chains.members(head),
  };
}

function jobEdges(index: StreamGraphIndex, chains: Chains, ids: ReadonlyMap<number, string>): JobEdge[] {
  const parallel = new Map<string, number>();
  return index.graph.edges
    .filter((edge) => !chains.isChained(edge))
    .map((edge) => {
      const ends = `${edge.source}-${edge.target}`;
      const number = parallel.get(ends) ?? 0;
      parallel.set(ends, number + 1);
      const { kind } = edge.partitioner;
      return {
        id: `${ends}-${number}`,
        sourceVertex: idOf(chains.head(edge.source), ids),
        targetVertex: idOf(edge.target, ids),
        sourceNode: edge.source,
        targetNode: edge.target,
        inputIndex: edge.inputIndex,
        ...tagOf(edge),
        partitioner: kind,
        pattern: kind === 'FORWARD' || kind === 'RESCALE' ? ('POINTWISE' as const) : ('ALL_TO_ALL' as const),
        bufferTimeoutMs: index.node(edge.source).bufferTimeoutMs ?? index.graph.settings.bufferTimeoutMs,
        ...batchTraits(edge, index),
      };
    });
}

/** Whether the edge blocks, and in which order its records are taken; nothing for an edge of a stream. */
function batchTraits(
  { target, inputIndex }: StreamEdge,
  index: StreamGraphIndex,
): Pick<JobEdge, 'exchange' | 'sorted'> {
  const { settings } = index.graph;
  const mode = modeOf(settings);
  const order = inputOrderOf(index.node(target).operator, mode);
  return {
    ...(mode === 'BATCH' && settings.blockingExchanges !== false ? { exchange: 'BLOCKING' as const } : {}),
    ...(order !== undefined && isSorted(order, inputIndex) ? { sorted: describeOrder(order) } : {}),
  };
}

function modeOf({ runtimeMode }: JobSettings): 'STREAMING' | 'BATCH' {
  return runtimeMode === 'BATCH' ? 'BATCH' : 'STREAMING';
}

function nodeData(node: StreamNode, ids: ReadonlyMap<number, string>): StreamNodeData {
  return {
    id: node.id,
    name: node.name,
    pact: node.pact,
    operatorType: node.operator.type,
    operatorId: idOf(node.id, ids),
    ...(node.uid === undefined ? {} : { uid: node.uid }),
    parallelism: node.parallelism,
    maxParallelism: node.maxParallelism ?? -1,
    slotSharingGroup: node.slotSharingGroup,
    chainingStrategy: node.chainingStrategy,
    ...(node.declaredAt === undefined ? {} : { declaredAt: node.declaredAt }),
    ...(isCoordinated(node.operator) ? { coordinated: true as const } : {}),
    ...alignmentOf(node),
  };
}

function alignmentOf({ operator }: StreamNode): Pick<StreamNodeData, 'alignment'> {
  const watermarks =
    operator.type === 'source' && operator.source.kind === 'split' ? operator.source.watermarks : undefined;
  return watermarks?.alignment === undefined ? {} : { alignment: watermarks.alignment };
}

function edgeData(edge: StreamEdge, decisions: ReadonlyMap<StreamEdge, ChainingDecision>): StreamEdgeData {
  const { chained, reasons } = decisions.get(edge) ?? { chained: false, reasons: [] };
  return {
    source: edge.source,
    target: edge.target,
    partitioner: edge.partitioner.kind,
    inputIndex: edge.inputIndex,
    ...tagOf(edge),
    chained,
    reasons,
  };
}

function tagOf({ outputTag }: StreamEdge): { outputTag?: string } {
  return outputTag === undefined ? {} : { outputTag };
}

function settingsData(settings: JobSettings): JobGraph['settings'] {
  return {
    parallelism: settings.parallelism,
    maxParallelism: settings.maxParallelism,
    objectReuse: settings.objectReuse,
    chaining: settings.chaining,
    bufferTimeoutMs: settings.bufferTimeoutMs,
    ...(settings.autoWatermarkIntervalMs === undefined
      ? {}
      : { autoWatermarkIntervalMs: settings.autoWatermarkIntervalMs }),
    ...(settings.allowUnalignedSplits === true ? { allowUnalignedSplits: true } : {}),
    ...(settings.timeCharacteristic === undefined ? {} : { timeCharacteristic: settings.timeCharacteristic }),
    ...(settings.restartStrategy === undefined ? {} : { restartStrategy: settings.restartStrategy }),
    globalJobParameters: settings.globalJobParameters,
    runtimeMode: modeOf(settings),
    ...(settings.checkpointing === undefined ? {} : { checkpointing: settings.checkpointing }),
    ...(settings.restore === undefined ? {} : { restore: settings.restore }),
    ...(settings.stateBackend === undefined ? {} : { stateBackend: settings.stateBackend }),
  };
}

function idOf(node: number, ids: ReadonlyMap<number, string>): string {
  const id = ids.get(node);
  if (id === undefined) throw new RangeError(`Node ${node} has no operator id.`);
  return id;
}
