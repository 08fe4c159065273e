/**
 * The running jobs of a cluster on disk, so that a JobManager that was started anew finds them; and how the others ended,
 * so that a job whose end nobody has heard of yet is not run a second time. One file a job, written whole or not at all.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { readJson, removeFile, writeJsonAtomically } from '../common/home.js';
import type { Logger } from '../common/log/logger.js';
import { WireErrorSchema, describeMismatch } from '../common/wire/index.js';
import { AccumulatorStateSchema } from '../common/wire/protocols/task-findings.js';
import { JobGraphSchema } from '../graph/job-graph.js';

const StoredJobSchema = Type.Object({
  jobGraph: JobGraphSchema,
  /** The latest attempt whose tasks may have been deployed. */
  attempt: Type.Integer({ minimum: 0 }),
  submittedMs: Type.Number(),
});
export type StoredJob = Static<typeof StoredJobSchema>;

const StoredResultSchema = Type.Object({
  jobId: Type.String(),
  state: Type.Union([Type.Literal('FINISHED'), Type.Literal('FAILED'), Type.Literal('CANCELED')]),
  diagnostics: Type.String(),
  error: Type.Optional(WireErrorSchema),
  /** Left out when the job had none. */
  accumulators: Type.Optional(Type.Array(AccumulatorStateSchema)),
});
export type StoredResult = Static<typeof StoredResultSchema>;

export interface JobStore {
  save(job: StoredJob): void;
  /** The job has ended: only its result is kept. */
  finish(result: StoredResult): void;
  running(): StoredJob[];
  result(jobId: string): StoredResult | undefined;
  /** The result is not needed any longer. */
  forget(jobId: string): void;
  /** The cluster is done: nothing is kept. */
  clear(): void;
}

/** For JobManagers that share their life with their jobs (`-t local`): nothing to recover from. */
export const noJobStore: JobStore = {
  save: () => undefined,
  finish: () => undefined,
  running: () => [],
  result: () => undefined,
  forget: () => undefined,
  clear: () => undefined,
};

export class FileJobStore implements JobStore {
  /** @param folder of this application alone, e.g. `<high-availability.storageDir>/<applicationId>` */
  constructor(
    private readonly folder: string,
    private readonly log: Logger,
  ) {
    mkdirSync(this.folder, { recursive: true });
  }

  save(job: StoredJob): void {
    writeJsonAtomically(this.fileOf(job.jobGraph.jobId), job);
  }

  finish(result: StoredResult): void {
    writeJsonAtomically(this.resultOf(result.jobId), result);
    removeFile(this.fileOf(result.jobId));
  }

  running(): StoredJob[] {
    const jobs: StoredJob[] = [];
    for (const name of readdirSync(this.folder)) {
      const jobId = /^([0-9a-f]{32})\.json$/.exec(name)?.[1];
      if (jobId === undefined || this.result(jobId) !== undefined) continue;
      const job = readJson<StoredJob>(join(this.folder, name));
      const mismatch = describeMismatch(StoredJobSchema, job);
      if (job !== undefined && mismatch === undefined) jobs.push(job);
      else this.log.error({ file: join(this.folder, name), mismatch }, 'a stored job cannot be read and is left out');
    }
    return jobs.toSorted((a, b) => a.submittedMs - b.submittedMs);
  }

  result(jobId: string): StoredResult | undefined {
    const result = readJson<StoredResult>(this.resultOf(jobId));
    return describeMismatch(StoredResultSchema, result) === undefined ? result : undefined;
  }

  forget(jobId: string): void {
    removeFile(this.resultOf(jobId));
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private fileOf(jobId: string): string {
    return join(this.folder, `${jobId}.json`);
  }

  private resultOf(jobId: string): string {
    return join(this.folder, `${jobId}.result.json`);
  }
}
