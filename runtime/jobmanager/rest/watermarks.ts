/** How far a job has come in event time: Flink's answer for a vertex, and Weft's for the job. Pure. */
import type { JobVertex } from '../../graph/job-graph.js';
import { sourcesBehind } from '../../graph/vertex-sources.js';
import type { Execution } from '../job/execution.js';
import type { JobMaster } from '../job/job-master.js';
import type { Metric } from './metrics.js';

/** Watermarks of Weft, and what Flink calls them. */
const [FIRST, LAST] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
const [FLINK_FIRST, FLINK_LAST] = ['-9223372036854775808', '9223372036854775807'];

/** The answer of `/jobs/:jobid/vertices/:vertexid/watermarks`; a source has no input. */
export function inputWatermarks(job: JobMaster, vertex: JobVertex): Metric[] {
  if (isSource(job, vertex)) return [];
  return job.executionsOf(vertex).map(({ subtask, latest }) => ({
    id: `${subtask}.currentInputWatermark`,
    value: asText(latest?.metrics.inputWatermarkMs ?? FIRST),
  }));
}

export interface Holder {
  vertexId: string;
  vertexName: string;
  subtask: number;
  /** Names of the sources that it reads; none for a source. */
  sources: string[];
  /** Null before the first watermark. */
  watermarkMs: number | null;
  /** Since when it has not moved, epoch milliseconds. */
  sinceMs: number;
}

/** The answer of `/weft/v1/jobs/:jobid/watermarks`: what each subtask has told those behind it, and who is furthest behind. */
export function watermarksOf(job: JobMaster): { vertices: object[]; heldBackBy: Holder | null } {
  return {
    vertices: job.jobGraph.vertices.map((vertex) => ({
      id: vertex.id,
      name: vertex.name,
      subtasks: job.executionsOf(vertex).map(({ subtask, latest }) => ({
        subtask,
        watermarkMs: nullable(latest?.metrics.outputWatermarkMs),
        sinceMs: latest?.metrics.outputWatermarkSinceMs ?? null,
        idle: latest?.metrics.outputIdle === 1,
      })),
    })),
    heldBackBy: holderOf(job) ?? null,
  };
}

/** The subtask that is furthest behind of those that watermarks begin at; undefined where there are none, or all are over. */
function holderOf(job: JobMaster): Holder | undefined {
  let holder: Holder | undefined;
  let someoneAhead = false;
  for (const vertex of originsOfTime(job)) {
    for (const execution of job.executionsOf(vertex)) {
      const mark = markOf(execution);
      if (mark === undefined) continue;
      someoneAhead ||= mark.watermarkMs > FIRST;
      if (mark.idle || mark.watermarkMs === LAST) continue;
      if (holder !== undefined && (holder.watermarkMs ?? FIRST) <= mark.watermarkMs) continue;
      const { id: vertexId, name: vertexName } = vertex;
      const { subtask } = execution;
      const sources = sourcesBehind(job.jobGraph, vertexId).map(({ name }) => name);
      const [watermarkMs, { sinceMs }] = [nullable(mark.watermarkMs), mark];
      holder = { vertexId, vertexName, subtask, sources, watermarkMs, sinceMs };
    }
  }
  return someoneAhead ? holder : undefined;
}

/** Sources; behind one that makes no watermarks, whoever does. */
function originsOfTime(job: JobMaster): Set<JobVertex> {
  const { vertices, edges } = job.jobGraph;
  const origins = new Set<JobVertex>();
  const known = new Map<JobVertex, boolean>();
  const seek = (vertex: JobVertex): boolean => {
    const found = known.get(vertex) ?? seekAt(vertex);
    known.set(vertex, found);
    return found;
  };
  const seekAt = (vertex: JobVertex): boolean => {
    if (job.executionsOf(vertex).some((execution) => tellsTime(markOf(execution)))) {
      origins.add(vertex);
      return true;
    }
    const next = vertices.filter(({ id }) =>
      edges.some(({ sourceVertex, targetVertex }) => sourceVertex === vertex.id && targetVertex === id),
    );
    return next.map(seek).includes(true);
  };
  for (const source of vertices.filter((each) => isSource(job, each))) if (!seek(source)) origins.add(source);
  return origins;
}

function tellsTime(mark: ReturnType<typeof markOf>): boolean {
  return mark !== undefined && (mark.watermarkMs > FIRST || mark.idle);
}

function markOf({ latest, terminal }: Execution): { watermarkMs: number; sinceMs: number; idle: boolean } | undefined {
  const { outputWatermarkMs: watermarkMs, outputWatermarkSinceMs: sinceMs, outputIdle } = latest?.metrics ?? {};
  if (terminal || watermarkMs === undefined || sinceMs === undefined) return undefined;
  return { watermarkMs, sinceMs, idle: outputIdle === 1 };
}

function isSource({ jobGraph }: JobMaster, { id }: JobVertex): boolean {
  return !jobGraph.edges.some(({ targetVertex }) => targetVertex === id);
}

function nullable(watermarkMs: number | undefined): number | null {
  return watermarkMs === undefined || watermarkMs === FIRST ? null : watermarkMs;
}

function asText(watermarkMs: number): string {
  return watermarkMs === FIRST ? FLINK_FIRST : watermarkMs === LAST ? FLINK_LAST : String(watermarkMs);
}
