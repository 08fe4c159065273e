/** The JobGraph as an SVG drawing: a box a vertex with its chained operators in it, an arrow an edge, sources at the left. */
import type { JobEdge, JobGraph, JobVertex } from '../job-graph.js';
import { chainTree } from '../plan-json.js';
import { layeredLayout, type Point } from './layered-layout.js';

const CHARACTER_PX = 7.3;
const LINE_PX = 19;
const PADDING_PX = 12;
const INK = '#1c2430';
const FAINT = '#5b6472';

interface Box {
  id: string;
  lines: string[];
  width: number;
  height: number;
}

/** A whole SVG document. The same graph gives the same text. */
export function drawGraph(jobGraph: JobGraph): string {
  const boxes = jobGraph.vertices.map((vertex) => boxOf(vertex, jobGraph));
  const { width, height, ...placed } = layeredLayout(boxes, jobGraph.edges.map(arrowSize));
  const size = `${round(width)} ${round(height)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${size}" ` +
      'font-family="ui-monospace, monospace" font-size="12">',
    `<title>${escapeXml(jobGraph.name)}</title>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">' +
      `<path d="M0,0 L8,4 L0,8 z" fill="${FAINT}"/></marker></defs>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...jobGraph.edges.map((edge) => {
      const arrow = placed.arrows.get(edge.id);
      return arrow === undefined ? '' : drawArrow(edge.partitioner, arrow.points, arrow.label);
    }),
    ...boxes.map((box) => drawBox(box, placed.boxes.get(box.id) ?? { x: 0, y: 0 })),
    '</svg>',
    '',
  ].join('\n');
}

function boxOf(vertex: JobVertex, jobGraph: JobGraph): Box {
  const lines = chainTree(vertex, jobGraph).map(({ indent, name }) => indent + name);
  lines.push(`parallelism ${vertex.parallelism}`);
  const longest = Math.max(...lines.map((line) => line.length));
  return {
    id: vertex.id,
    lines,
    width: longest * CHARACTER_PX + 2 * PADDING_PX,
    height: lines.length * LINE_PX + 2 * PADDING_PX,
  };
}

function arrowSize({ id, sourceVertex, targetVertex, partitioner }: JobEdge) {
  const labelWidth = partitioner.length * CHARACTER_PX;
  return { id, from: sourceVertex, to: targetVertex, labelWidth, labelHeight: LINE_PX };
}

function drawBox({ lines, width, height }: Box, centre: Point): string {
  const left = centre.x - width / 2;
  const top = centre.y - height / 2;
  const texts = lines.map((line, at) => {
    const ink = at === lines.length - 1 ? FAINT : INK;
    const baseline = top + PADDING_PX + (at + 0.75) * LINE_PX;
    const position = `x="${round(left + PADDING_PX)}" y="${round(baseline)}"`;
    return `<text ${position} xml:space="preserve" fill="${ink}">${escapeXml(line)}</text>`;
  });
  return (
    `<g><rect x="${round(left)}" y="${round(top)}" width="${round(width)}" height="${round(height)}" rx="6" ` +
    `fill="#f2f5f9" stroke="#8a94a6"/>${texts.join('')}</g>`
  );
}

function drawArrow(label: string, points: readonly Point[], labelAt: Point): string {
  const path = points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join(' ');
  return (
    `<g><path d="${path}" fill="none" stroke="${FAINT}" marker-end="url(#head)"/>` +
    `<text x="${round(labelAt.x)}" y="${round(labelAt.y - 4)}" text-anchor="middle" fill="${INK}" stroke="#ffffff" ` +
    `stroke-width="3" paint-order="stroke">${escapeXml(label)}</text></g>`
  );
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
