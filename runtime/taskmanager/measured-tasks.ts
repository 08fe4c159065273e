/** Keeps two samples of each subtask that runs in a TaskManager, a while apart, so that rates can be told. */
import type { Clock } from '../common/clock.js';
import type { MetricsSample } from '../common/metrics/index.js';
import type { MeasuredTask } from './metric-families.js';
import type { TaskExecutor } from './task-executor.js';

/** Rates are those of the last one to two of these. */
const SAMPLE_EVERY_MS = 5000;

export class MeasuredTasks {
  private readonly samples = new Map<string, { older: MetricsSample; newer: MetricsSample }>();
  private readonly stop: () => void;

  constructor(
    private readonly executor: Pick<TaskExecutor, 'tasks'>,
    private readonly clock: Clock,
  ) {
    this.stop = clock.every(SAMPLE_EVERY_MS, () => this.sample());
  }

  /** Every subtask with its figures of now. */
  list(): MeasuredTask[] {
    const timeMs = this.clock.nowMs();
    return this.executor.tasks().map(({ jobGraph, descriptor, metrics }) => ({
      ...{ jobGraph, descriptor },
      latest: { timeMs, metrics },
      previous: this.samples.get(descriptor.executionId)?.older,
    }));
  }

  close(): void {
    this.stop();
  }

  private sample(): void {
    const timeMs = this.clock.nowMs();
    const running = this.executor.tasks();
    for (const { descriptor, metrics } of running) {
      const newer = { timeMs, metrics };
      const before = this.samples.get(descriptor.executionId);
      this.samples.set(descriptor.executionId, { older: before?.newer ?? newer, newer });
    }
    const known = new Set(running.map(({ descriptor }) => descriptor.executionId));
    for (const id of this.samples.keys()) if (!known.has(id)) this.samples.delete(id);
  }
}
