/**
 * The files of the jobs that run here: each job's graph and artifact are fetched once, however many of its slots this
 * TaskManager has, and removed with the last of them.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { materializeArtifact } from '../bundle/materialize.js';
import { WeftError } from '../common/errors/index.js';
import { requireFit } from '../common/wire/validators.js';
import { JobGraphSchema, type JobGraph } from '../graph/job-graph.js';
import { fetchChecked, type BlobSource } from './blob-source.js';

export interface JobFiles {
  jobGraph: JobGraph;
  /** Where the artifact lies. */
  folder: string;
}

interface Entry {
  readonly files: Promise<JobFiles>;
  readonly folder: string;
  holders: number;
}

export class JobFileStore {
  private readonly entries = new Map<string, Entry>();
  private layouts = 0;

  constructor(
    private readonly workFolder: string,
    private readonly blobs: BlobSource,
  ) {}

  /**
   * The files of a job graph; each call is answered by a `release`, also when it fails.
   * @param hash of the job graph's JSON
   * @throws BLOB_NOT_FOUND, BLOB_CORRUPT, UNREACHABLE, WIRE_BAD_MESSAGE, BUNDLE_BAD_PATH
   */
  acquire(hash: string): Promise<JobFiles> {
    let entry = this.entries.get(hash);
    if (entry === undefined) {
      // A folder of its own each time, because the one before may be on its way out.
      const folder = join(this.workFolder, `${hash.slice(0, 16)}-${this.layouts++}`);
      entry = { files: this.layOut(hash, folder), folder, holders: 0 };
      this.entries.set(hash, entry);
    }
    entry.holders++;
    return entry.files;
  }

  async release(hash: string): Promise<void> {
    const entry = this.entries.get(hash);
    if (entry === undefined || --entry.holders > 0) return;
    this.entries.delete(hash);
    await entry.files.catch(() => undefined);
    await rm(entry.folder, { recursive: true, force: true });
  }

  /** Removes everything. */
  async close(): Promise<void> {
    const folders = [...this.entries.values()].map(({ folder }) => folder);
    this.entries.clear();
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private async layOut(hash: string, folder: string): Promise<JobFiles> {
    const text = Buffer.from(await fetchChecked(this.blobs, hash, 'The job graph')).toString('utf8');
    const jobGraph = parse(text);
    await materializeArtifact(jobGraph.program.files, (file) => this.blobs.fetch(file.sha256), folder);
    return { jobGraph, folder };
  }
}

function parse(text: string): JobGraph {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WeftError('WIRE_BAD_MESSAGE', 'The job graph is not JSON.', { cause });
  }
  requireFit(JobGraphSchema, value, 'WIRE_BAD_MESSAGE', 'The job graph');
  return value as JobGraph;
}
