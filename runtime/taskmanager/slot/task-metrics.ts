/** Figures of a slot's tasks in memory that the slot thread writes and the main thread reads, without a message. */
import type { TaskFindings } from '../../common/wire/protocols/task-findings.js';
import type { TaskMetrics } from '../../common/wire/protocols/taskmanager-jobmanager.js';

/** Absolute since the task's start; times in milliseconds. */
export type TaskFigures = Required<Omit<TaskMetrics, 'executionId' | 'blockedMs' | keyof TaskFindings>>;

const FIELDS = [
  ...(['recordsIn', 'recordsOut', 'bytesIn', 'bytesOut', 'busyMs', 'backPressuredMs', 'idleMs'] as const),
  ...(['inputWatermarkMs', 'outputWatermarkMs', 'outputWatermarkSinceMs', 'outputIdle'] as const),
] as const;

export class TaskMetricsPage {
  private readonly values: Float64Array;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.values = new Float64Array(buffer);
  }

  static forTasks(count: number): TaskMetricsPage {
    return new TaskMetricsPage(new SharedArrayBuffer(count * FIELDS.length * Float64Array.BYTES_PER_ELEMENT));
  }

  write(task: number, figures: TaskFigures): void {
    const start = task * FIELDS.length;
    for (let i = 0; i < FIELDS.length; i++) this.values[start + i] = figures[FIELDS[i]];
  }

  read(task: number): TaskFigures {
    const start = task * FIELDS.length;
    const entries = FIELDS.map((field, i) => [field, this.values[start + i] ?? 0] as const);
    return Object.fromEntries(entries) as TaskFigures;
  }
}
