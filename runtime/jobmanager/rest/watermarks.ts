/** How far a job has come in event time: Flink's answer for a vertex, and Weft's for the job. Pure. */
import type { JobVertex } from '../../graph/job-graph.js';
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

/** The source subtask that is furthest behind; undefined where no source makes watermarks, or all are over. */
function holderOf(job: JobMaster): Holder | undefined {
  let holder: Holder | undefined;
  let someoneAhead = false;
  for (const vertex of job.jobGraph.vertices.filter((each) => isSource(job, each))) {
    for (const execution of job.executionsOf(vertex)) {
      const mark = markOf(execution);
      if (mark === undefined) continue;
      someoneAhead ||= mark.watermarkMs > FIRST;
      if (mark.idle || mark.watermarkMs === LAST) continue;
      if (holder !== undefined && (holder.watermarkMs ?? FIRST) <= mark.watermarkMs) continue;
      const { id: vertexId, name: vertexName } = vertex;
      const { subtask } = execution;
      holder = { vertexId, vertexName, subtask, watermarkMs: nullable(mark.watermarkMs), sinceMs: mark.sinceMs };
    }
  }
  return someoneAhead ? holder : undefined;
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
