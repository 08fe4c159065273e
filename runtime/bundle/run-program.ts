/** The client's run of a program: all that could differ elsewhere is recorded on the way to each `execute()`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WeftError } from '../common/errors/index.js';
import { ContextRecording, type RunJob } from './context-recording.js';
import { Deferred } from './deferred.js';
import { programError } from './program-error.js';
import { installHost, type ProgramHost } from '../api/host.js';
import { sourceMappingOf } from './source-mapping.js';

export interface RunOptions {
  /** Where the artifact was laid out. */
  folder: string;
  /** Path of the bundled program below it. */
  entry: string;
  /** Arguments of the program. */
  args: readonly string[];
  parallelism: number;
  configuration: Readonly<Record<string, string>>;
  execute: RunJob;
}

/**
 * Runs the program in this process until it has ended. That is: its module is evaluated and every job it started meanwhile is
 * over; or, when it starts its jobs later (`main()` that nobody awaits), nothing is left to do in this process.
 * @returns how often the program called `execute()`
 * @throws BUNDLE_PROGRAM_FAILED, or what `execute` threw if the program did not catch it
 */
export async function runProgram(options: RunOptions): Promise<number> {
  const { folder, entry, args } = options;
  const run = new ClientRun(options);
  const former = process.argv;
  const path = join(folder, entry);
  process.argv = [process.execPath, path, ...args];
  try {
    await run.evaluate(pathToFileURL(path).href);
  } catch (error) {
    throw programError(error, folder);
  } finally {
    run.end();
    process.argv = former;
  }
  return run.executions;
}

class ClientRun {
  private readonly recording: ContextRecording;
  private readonly removeHost: () => void;

  constructor(options: RunOptions) {
    const { args, parallelism, configuration } = options;
    const recording = new ContextRecording({ args, cwd: process.cwd(), parallelism, configuration });
    const mapping = sourceMappingOf(options.folder);
    const host: ProgramHost = {
      mode: 'client',
      parallelism,
      configuration,
      execute: (graph, onSubmitted) => recording.execute(graph, options.execute, onSubmitted),
      value: (name, compute) => recording.value(name, compute),
      mapLocation: (location) => mapping.location(location),
    };
    this.recording = recording;
    recording.start();
    this.removeHost = installHost(host);
  }

  get executions(): number {
    return this.recording.executions;
  }

  async evaluate(url: string): Promise<void> {
    const floating = new FloatingWork();
    try {
      await Promise.race([import(url), floating.failed, floating.drained]);
      if (this.executions === 0 || !this.recording.idle) await Promise.race([floating.failed, floating.drained]);
    } finally {
      floating.stopWatching();
    }
    if (this.executions === 0) {
      throw new WeftError('BUNDLE_NO_JOB', 'The program ended without running a job: it never called execute().');
    }
  }

  end(): void {
    this.recording.end();
    this.removeHost();
  }
}

/** What a program does that its module does not wait for: it fails as an unhandled rejection, and is over when Node has nothing left to do. */
class FloatingWork {
  private readonly outcome = new Deferred<never>();
  private readonly end = new Deferred<undefined>();
  readonly failed = this.outcome.promise;
  readonly drained = this.end.promise;

  private readonly onFailure = (error: unknown): void => this.outcome.reject(error);
  private readonly onDrained = (): void => this.end.resolve(undefined);

  constructor() {
    this.failed.catch(() => {});
    process.on('uncaughtException', this.onFailure);
    process.on('unhandledRejection', this.onFailure);
    process.on('beforeExit', this.onDrained);
  }

  stopWatching(): void {
    process.off('uncaughtException', this.onFailure);
    process.off('unhandledRejection', this.onFailure);
    process.off('beforeExit', this.onDrained);
  }
}
