/** The JobManager's end of the thread in which the enumerators of a job run, apart from everything else. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
// Not the folder's index: it would bring the bundler into the JobManager.
import { materializeArtifact } from '../../bundle/materialize.js';
import type { BlobStore } from '../../common/blobs/blob-store.js';
import type { Clock } from '../../common/clock.js';
import { ENV } from '../../common/environment.js';
import { WeftError, fromWireError } from '../../common/errors/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { FromEnumerators, ToEnumerators } from './enumerator-messages.js';
import type { EnumeratorListener, EnumeratorRunner, EnumeratorStates, StartEnumerators } from './enumerator-runner.js';

/** The heap of a thread: what a list of a million splits takes, and not what would endanger the JobManager. */
const HEAP_MB = 512;
/** How long `close` of the enumerators may take before the thread is ended. */
const CLOSE_WITHIN_MS = 1000;

/** Secrets of the JobManager, which a job's code has no business with. */
const HIDDEN_VARIABLES: readonly string[] = [
  ENV.applicationKey,
  ENV.applicationToken,
  ENV.attemptToken,
  ENV.livenessToken,
  ENV.configuration,
];

export interface EnumeratorThreadOptions {
  readonly blobs: Pick<BlobStore, 'get'>;
  /** For the artifacts of jobs; emptied as jobs end. */
  readonly workFolder: string;
  readonly clock: Clock;
}

/** Runs the enumerators of each job in a thread of its own. */
export function enumeratorThreads(options: EnumeratorThreadOptions): StartEnumerators {
  let folders = 0;
  return (jobGraph, restored, listener) => {
    const folder = join(options.workFolder, `${jobGraph.jobId}-${folders++}`);
    return new EnumeratorThread(options, folder, jobGraph, restored, listener);
  };
}

interface Question {
  resolve: (states: EnumeratorStates) => void;
  reject: (error: Error) => void;
}

class EnumeratorThread implements EnumeratorRunner {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly questions = new Map<number, Question>();
  private closing = false;
  private onClosed: (() => void) | undefined;

  constructor(
    private readonly options: EnumeratorThreadOptions,
    private readonly folder: string,
    jobGraph: JobGraph,
    restored: EnumeratorStates,
    private readonly listener: EnumeratorListener,
  ) {
    this.worker = new Worker(workerUrl(), {
      name: 'weft-enumerators',
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => !HIDDEN_VARIABLES.includes(name))),
    });
    this.worker.unref();
    this.worker.on('message', (message: FromEnumerators) => {
      this.receive(message);
    });
    this.worker.on('error', (error) => {
      this.fail(
        new WeftError('SOURCE_ENUMERATOR_FAILED', `The thread of the enumerators died: ${error.message}`, {
          cause: error,
        }),
      );
    });
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.fail(
          new WeftError('SOURCE_ENUMERATOR_FAILED', `The thread of the enumerators ended with exit code ${code}.`),
        );
        this.onClosed?.();
        resolve();
      });
    });
    void this.begin(jobGraph, restored);
  }

  fromReader(...[node, subtask, message]: Parameters<EnumeratorRunner['fromReader']>): void {
    this.post({ type: 'fromReader', node, subtask, message });
  }

  readerLost(...[node, subtask, checkpointId]: Parameters<EnumeratorRunner['readerLost']>): void {
    this.post({ type: 'readerLost', node, subtask, checkpointId });
  }

  snapshot(checkpointId: number): Promise<EnumeratorStates> {
    return new Promise((resolve, reject) => {
      if (this.closing) {
        reject(new WeftError('SOURCE_ENUMERATOR_FAILED', 'The enumerators have ended.'));
        return;
      }
      this.questions.set(checkpointId, { resolve, reject });
      this.post({ type: 'snapshot', checkpointId });
    });
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.post({ type: 'checkpointComplete', checkpointId });
  }

  async close(): Promise<void> {
    if (!this.closing) {
      this.closing = true;
      this.rejectQuestions(new WeftError('SOURCE_ENUMERATOR_FAILED', 'The enumerators have ended.'));
      await this.closed();
    }
    await this.worker.terminate();
    await this.exited;
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the enumerators are closed, or did not do it in time. */
  private closed(): Promise<void> {
    return new Promise((resolve) => {
      const cancelTimeout = this.options.clock.after(CLOSE_WITHIN_MS, resolve);
      this.onClosed = () => {
        cancelTimeout();
        resolve();
      };
      this.post({ type: 'close' });
    });
  }

  private async begin(jobGraph: JobGraph, restored: EnumeratorStates): Promise<void> {
    const { blobs } = this.options;
    try {
      await materializeArtifact(jobGraph.program.files, ({ sha256 }) => blobs.get(sha256), this.folder);
      this.post({ type: 'start', jobGraph, folder: this.folder, restored });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.fail(new WeftError('SOURCE_ENUMERATOR_FAILED', `The program cannot be laid out: ${why}`, { cause: error }));
    }
  }

  private receive(message: FromEnumerators): void {
    switch (message.type) {
      case 'toReader':
        if (!this.closing) this.listener.toReader(message.node, message.subtask, message.message);
        return;
      case 'snapshotTaken':
        this.take(message.checkpointId)?.resolve(message.states);
        return;
      case 'snapshotFailed':
        this.take(message.checkpointId)?.reject(fromWireError(message.error));
        return;
      case 'failed':
        this.fail(fromWireError(message.error));
        return;
      case 'closed':
        this.onClosed?.();
    }
  }

  private take(checkpointId: number): Question | undefined {
    const question = this.questions.get(checkpointId);
    this.questions.delete(checkpointId);
    return question;
  }

  private fail(error: WeftError): void {
    if (this.closing) return;
    this.closing = true;
    this.rejectQuestions(error);
    this.listener.failed(error);
  }

  private rejectQuestions(error: WeftError): void {
    for (const { reject } of this.questions.values()) reject(error);
    this.questions.clear();
  }

  private post(message: ToEnumerators): void {
    this.worker.postMessage(message);
  }
}

/** Beside this module: as compiled by tsc, in the folder of role bundles, or reached from the commands' folder. */
function workerUrl(): URL {
  const places = ['./enumerator-worker.js', './enumerator-worker.mjs', '../roles/enumerator-worker.mjs'];
  const found = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (found === undefined) throw new WeftError('INTERNAL', `There is no enumerator-worker beside ${import.meta.url}.`);
  return found;
}
