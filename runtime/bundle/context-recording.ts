/** What the program reads in this process, recorded on the way to each of its `execute()` calls. */
import type { RecordedContext } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import { decodeValue } from './context/encoded-value.js';
import { interceptContext } from './context/intercept.js';
import type { Patches } from './context/patches.js';
import { ContextRecorder, type RecorderOptions } from './context/recorder.js';
import type { JobExecutionResult } from '../api/host.js';

/** One `execute()` of the program, with all that a slot thread needs to come to the same graph. */
export interface ProgramExecution {
  /** Counts the program's calls of `execute()`, from 0. */
  executeIndex: number;
  context: RecordedContext;
}

export type RunJob = (streamGraph: StreamGraph, execution: ProgramExecution) => Promise<JobExecutionResult>;

/** Recording pauses while a job runs or a value is worked out, because then the client's own code reads clocks too. */
export class ContextRecording {
  executions = 0;
  private readonly recorder: ContextRecorder;
  private pending = 0;
  private patches: Patches | undefined;

  constructor(options: RecorderOptions) {
    this.recorder = new ContextRecorder(options);
  }

  start(): void {
    this.patches = interceptContext(this.recorder, () => this.pending === 0 && this.patches !== undefined);
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

  async execute(streamGraph: StreamGraph, runJob: RunJob): Promise<JobExecutionResult> {
    const context = this.recorder.snapshot();
    const executeIndex = this.executions++;
    const result = await this.paused(() => runJob(streamGraph, { executeIndex, context }));
    this.recorder.keepExecution(executeIndex, result);
    return result;
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
      return await action();
    } finally {
      this.pending--;
    }
  }
}
