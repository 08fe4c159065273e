/** What the program reads in this process, recorded on the way to each of its `execute()` calls. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RecordedContext } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import { decodeValue } from './context/encoded-value.js';
import { interceptContext } from './context/intercept.js';
import type { Patches } from './context/patches.js';
import { ContextRecorder, type RecorderOptions } from './context/recorder.js';
import type { JobExecutionResult, SubmittedJob } from '../api/host.js';

/** One `execute()` of the program, with all that a slot thread needs to come to the same graph. */
export interface ProgramExecution {
  /** Counts the program's calls of `execute()`, from 0. */
  executeIndex: number;
  context: RecordedContext;
}

export type RunJob = (
  streamGraph: StreamGraph,
  execution: ProgramExecution,
  onSubmitted: (job: SubmittedJob) => void,
) => Promise<JobExecutionResult>;

/** Set in all that the client does for the program (running a job, working a value out): what is read there is not recorded. */
const ownWork = new AsyncLocalStorage<true>();

/** The program may go on while its job runs, so what it reads is told from what the client reads by who called. */
export class ContextRecording {
  executions = 0;
  private readonly recorder: ContextRecorder;
  private pending = 0;
  private patches: Patches | undefined;

  constructor(options: RecorderOptions) {
    this.recorder = new ContextRecorder(options);
  }

  start(): void {
    this.patches = interceptContext(
      this.recorder,
      () => ownWork.getStore() === undefined && this.patches !== undefined,
    );
    this.patches.publish();
  }

  end(): void {
    this.patches?.restore();
    this.patches = undefined;
  }

  /** Whether no job runs. */
  get idle(): boolean {
    return this.pending === 0;
  }

  async execute(
    streamGraph: StreamGraph,
    runJob: RunJob,
    onSubmitted: (job: SubmittedJob) => void = () => undefined,
  ): Promise<JobExecutionResult> {
    const context = this.recorder.snapshot();
    const executeIndex = this.executions++;
    try {
      const result = await this.paused(() => runJob(streamGraph, { executeIndex, context }, onSubmitted));
      this.recorder.keepExecution(executeIndex, result);
      return result;
    } catch (error) {
      this.recorder.keepFailure(executeIndex, error);
      throw error;
    }
  }

  /** The program gets the value in the form in which it travels, so that it sees what slot threads will see. */
  async value<T>(name: string, compute: () => T | Promise<T>): Promise<T> {
    const { recorder } = this;
    if (!recorder.hasValue(name)) recorder.keepValue(name, await this.paused(async () => compute()));
    return decodeValue(recorder.valueOf(name)) as T;
  }

  private async paused<T>(action: () => Promise<T>): Promise<T> {
    this.pending++;
    try {
      return await ownWork.run(true, action);
    } finally {
      this.pending--;
    }
  }
}
