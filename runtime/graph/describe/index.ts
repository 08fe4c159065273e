/**
 * The four graphs of a job for people: as text, and as a drawing. For `weft info` and the documentation. Works on the
 * JobGraph alone (plus, for the physical graph, where the subtasks run), so that it can be told of a job of any cluster.
 */
export { describeStreamGraph } from './stream-graph-text.js';
export { describeJobGraph } from './job-graph-text.js';
export { describeExecutionGraph } from './execution-graph-text.js';
export { describePhysicalGraph, type SubtaskPlace } from './physical-graph-text.js';
export { drawGraph } from './draw-graph.js';
