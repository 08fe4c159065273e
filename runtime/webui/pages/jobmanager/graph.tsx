/** The job's graph, laid out from left to right: a box a vertex with its records in and out, an arrow an edge. */
import dagre from '@dagrejs/dagre';
import { count } from '../shared/format.js';
import type { JobDetail, PlanNode, VertexRow } from './flink-rest.js';

const BOX = { width: 250, height: 96 };
/** Room for the label of an arrow, by its characters. */
const LABEL = { characterWidth: 7, height: 16 };
/** A graph that is wider than the page is drawn smaller, but no smaller than this; then it scrolls. */
const SMALLEST_SCALE = 0.6;
const LINE_CHARACTERS = 34;

interface Box {
  node: PlanNode;
  vertex: VertexRow;
  x: number;
  y: number;
}

interface Arrow {
  key: string;
  label: string;
  points: { x: number; y: number }[];
  /** Middle of the label. */
  x: number;
  y: number;
}

function layout(job: JobDetail): { boxes: Box[]; arrows: Arrow[]; width: number; height: number } {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', ranksep: 60, nodesep: 28, edgesep: 16, marginx: 8, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const vertices = new Map(job.vertices.map((vertex) => [vertex.id, vertex]));
  const nodes = job.plan.nodes.filter((node) => vertices.has(node.id));
  for (const node of nodes) graph.setNode(node.id, { ...BOX });
  for (const node of nodes) {
    node.inputs?.forEach((input, index) =>
      graph.setEdge(input.id, node.id, labelled(input.ship_strategy), String(index)),
    );
  }
  dagre.layout(graph);
  const boxes = nodes.flatMap((node) => {
    const { x, y } = graph.node(node.id) as { x: number; y: number };
    const vertex = vertices.get(node.id);
    return vertex === undefined ? [] : [{ node, vertex, x, y }];
  });
  const arrows = graph.edges().map((edge) => {
    const { points, label, x, y } = graph.edge(edge) as unknown as Omit<Arrow, 'key'>;
    const [source, target] = [graph.node(edge.v), graph.node(edge.w)] as { x: number; y: number }[];
    // From side to side, lest an arrow crosses the box above or below the one it leads to.
    const start = { x: source.x + BOX.width / 2, y: source.y };
    const end = { x: target.x - BOX.width / 2, y: target.y };
    return {
      key: `${edge.v}-${edge.w}-${edge.name ?? ''}`,
      label,
      points: [start, ...points.slice(1, -1), end],
      x,
      y,
    };
  });
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  return { boxes, arrows, width, height };
}

function labelled(label: string): object {
  return { label, labelpos: 'c', width: label.length * LABEL.characterWidth, height: LABEL.height };
}

/** At most two lines of a name, broken at blanks. */
function lines(name: string): string[] {
  const wrapped: string[] = [''];
  for (const word of name.split(' ')) {
    const last = wrapped.length - 1;
    const longer = wrapped[last] === '' ? word : `${wrapped[last]} ${word}`;
    if (longer.length <= LINE_CHARACTERS) wrapped[last] = longer;
    else wrapped.push(word);
  }
  if (wrapped.length <= 2) return wrapped;
  return [wrapped[0], `${wrapped[1].slice(0, LINE_CHARACTERS - 1)}…`];
}

export function JobGraph(props: { job: JobDetail; chosen: string | undefined }) {
  const { boxes, arrows, width, height } = layout(props.job);
  return (
    <div class="graph">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: '100%', minWidth: `${width * SMALLEST_SCALE}px`, maxWidth: `${width}px` }}
        role="img"
        aria-label="Graph of the job"
      >
        <defs>
          <marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 L10 5 L0 10 z" style={{ fill: 'var(--faint)', stroke: 'none' }} />
          </marker>
        </defs>
        {arrows.map((arrow) => (
          <Edge key={arrow.key} arrow={arrow} />
        ))}
        {boxes.map((box) => (
          <Vertex key={box.node.id} box={box} jobId={props.job.jid} chosen={box.node.id === props.chosen} />
        ))}
      </svg>
    </div>
  );
}

function Edge(props: { arrow: Arrow }) {
  const { points, label, x, y } = props.arrow;
  return (
    <>
      <path d={`M${points.map((point) => `${point.x} ${point.y}`).join(' L')}`} marker-end="url(#tip)" />
      <text class="small on-line" x={x} y={y + 4} text-anchor="middle">
        {label}
      </text>
    </>
  );
}

function Vertex(props: { box: Box; jobId: string; chosen: boolean }) {
  const { vertex, x, y } = props.box;
  const left = x - BOX.width / 2;
  const top = y - BOX.height / 2;
  const open = (): void => {
    location.hash = `#/job/${props.jobId}/${vertex.id}`;
  };
  return (
    <g class={props.chosen ? 'chosen' : ''} onClick={open}>
      <title>{vertex.name}</title>
      <rect x={left} y={top} width={BOX.width} height={BOX.height} />
      <rect class={`stripe ${vertex.status.toLowerCase()}`} x={left} y={top + 8} width={4} height={BOX.height - 16} />
      {lines(vertex.name).map((line, index) => (
        <text key={index} x={left + 14} y={top + 22 + index * 16}>
          {line}
        </text>
      ))}
      <text class="small" x={left + 14} y={top + 64}>
        {`${vertex.status.toLowerCase()} · parallelism ${vertex.parallelism}`}
      </text>
      <text class="small" x={left + 14} y={top + 82}>
        {`in ${count(vertex.metrics['read-records'])} · out ${count(vertex.metrics['write-records'])} records`}
      </text>
    </g>
  );
}
