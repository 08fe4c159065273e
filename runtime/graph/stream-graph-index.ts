import { WeftError } from '../common/errors/index.js';
import type { StreamEdge, StreamGraph, StreamNode } from './stream-graph.js';

/** A StreamGraph with its nodes by id, and the edges of each. */
export class StreamGraphIndex {
  private readonly byId: ReadonlyMap<number, StreamNode>;
  private readonly incoming = new Map<number, StreamEdge[]>();
  private readonly outgoing = new Map<number, StreamEdge[]>();

  constructor(readonly graph: StreamGraph) {
    this.byId = new Map(graph.nodes.map((node) => [node.id, node]));
    for (const { id } of graph.nodes) {
      this.incoming.set(id, []);
      this.outgoing.set(id, []);
    }
    for (const edge of graph.edges) {
      this.incoming.get(edge.target)?.push(edge);
      this.outgoing.get(edge.source)?.push(edge);
    }
  }

  /** @throws GRAPH_INVALID */
  node(id: number): StreamNode {
    const node = this.byId.get(id);
    if (node === undefined) throw new WeftError('GRAPH_INVALID', `The StreamGraph has no node ${id}.`);
    return node;
  }

  /** In the order of the program. */
  inputsOf(id: number): readonly StreamEdge[] {
    return this.incoming.get(id) ?? [];
  }

  /** In the order of the program. */
  outputsOf(id: number): readonly StreamEdge[] {
    return this.outgoing.get(id) ?? [];
  }
}
