/** Lays out boxes and arrows from left to right with dagre, whose own declarations do not resolve under Node's module rules. */
import * as dagre from '@dagrejs/dagre';

export interface BoxSize {
  id: string;
  width: number;
  height: number;
}

export interface ArrowSize {
  /** Tells arrows between the same boxes apart. */
  id: string;
  from: string;
  to: string;
  labelWidth: number;
  labelHeight: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface LayeredLayout {
  width: number;
  height: number;
  /** Centres by id. */
  boxes: ReadonlyMap<string, Point>;
  /** The line, and the centre of the label, by id. */
  arrows: ReadonlyMap<string, { points: readonly Point[]; label: Point }>;
}

interface DagreGraph {
  setGraph(options: object): void;
  graph(): { width?: number; height?: number };
  setNode(id: string, size: object): void;
  node(id: string): Point;
  setEdge(edge: { v: string; w: string; name: string }, label: object): void;
  edge(edge: { v: string; w: string; name: string }): Point & { points: Point[] };
}

const { Graph, layout } = dagre as unknown as {
  Graph: new (options: { multigraph: boolean }) => DagreGraph;
  layout: (graph: DagreGraph) => void;
};

export function layeredLayout(boxes: readonly BoxSize[], arrows: readonly ArrowSize[]): LayeredLayout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 48, edgesep: 20, marginx: 16, marginy: 16 });
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  const key = ({ id, from, to }: ArrowSize) => ({ v: from, w: to, name: id });
  for (const arrow of arrows) {
    graph.setEdge(key(arrow), { width: arrow.labelWidth, height: arrow.labelHeight, labelpos: 'c' });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: new Map(boxes.map(({ id }) => [id, graph.node(id)])),
    arrows: new Map(
      arrows.map((arrow) => {
        const { points, x, y } = graph.edge(key(arrow));
        return [arrow.id, { points, label: { x, y } }];
      }),
    ),
  };
}
