/** What both engines' JobManagers answer alike about a job: Flink's REST API. */
import { readFileSync } from 'node:fs';
import { poll } from './poll.js';

interface JobAnswer {
  state: string;
  duration: number;
}

const LONGEST_MS = 15 * 60_000;

export class JobRest {
  /** @param url of the JobManager, without a path */
  constructor(private readonly url: string) {}

  /** Waits for the job's end. @throws when it does not finish well */
  async finished(jobId: string): Promise<void> {
    const ended = async (): Promise<JobAnswer | undefined> => {
      const job = await this.get<JobAnswer>(`/jobs/${jobId}`).catch(() => undefined);
      return job !== undefined && ['FINISHED', 'FAILED', 'CANCELED'].includes(job.state) ? job : undefined;
    };
    const { state } = await poll(`job ${jobId}`, ended, LONGEST_MS);
    if (state === 'FINISHED') return;
    const exceptions = await this.get<unknown>(`/jobs/${jobId}/exceptions`);
    throw new Error(`Job ${jobId} is ${state}: ${JSON.stringify(exceptions).slice(0, 2000)}`);
  }

  /** The job's accumulators as texts, by name. */
  async accumulators(jobId: string): Promise<Map<string, string>> {
    const answer = await this.get<{ 'user-task-accumulators': { name: string; value: string }[] }>(
      `/jobs/${jobId}/accumulators`,
    );
    return new Map(answer['user-task-accumulators'].map(({ name, value }) => [name, value]));
  }

  /** The median of the job's checkpoints from end to end; undefined when there was none. */
  async checkpointMs(jobId: string): Promise<number | undefined> {
    const checkpoints = await completedCheckpoints(this.url, jobId);
    return checkpoints === undefined || checkpoints.completed === 0 ? undefined : checkpoints.medianMs;
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as T;
  }
}

interface CheckpointAnswer {
  counts: { completed: number };
  summary: { end_to_end_duration: { p50: number | 'NaN' } };
}

/** Undefined as long as the JobManager says nothing about the job's checkpoints. */
export async function completedCheckpoints(
  url: string,
  jobId: string,
): Promise<{ completed: number; medianMs: number } | undefined> {
  const response = await fetch(`${url}/jobs/${jobId}/checkpoints`).catch(() => undefined);
  if (response?.ok !== true) return undefined;
  const { counts, summary } = (await response.json()) as CheckpointAnswer;
  return { completed: counts.completed, medianMs: Number(summary.end_to_end_duration.p50) };
}

/** Ticks a second of the times in /proc, on every Linux. */
const TICKS = 100;

/** User and system time that the process has taken so far, all its threads, seconds. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** The most memory that the process ever had resident, MB. */
export function peakMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
