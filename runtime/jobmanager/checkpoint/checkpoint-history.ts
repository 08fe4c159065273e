/** The latest checkpoints of a job as REST and the page show them, and counts of all. */
import type { WeftError } from '../../common/errors/index.js';
import { inFlightBytesOf, newBytesOf, stateBytesOf } from '../../common/wire/protocols/checkpoints.js';
import type { AcknowledgedTask, CheckpointKind, CheckpointPlan, PendingCheckpoint } from './pending-checkpoint.js';

export interface CheckpointRecord {
  readonly id: number;
  readonly kind: CheckpointKind;
  readonly triggeredMs: number;
  readonly plan: CheckpointPlan;
  readonly acknowledged: ReadonlyMap<string, AcknowledgedTask>;
  status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  /** Undefined while it is in progress. */
  endedMs: number | undefined;
  folder: string | undefined;
  /** Superseded by a later one, and deleted. */
  discarded: boolean;
  failure: WeftError | undefined;
}

export interface RestoredRecord {
  readonly id: number;
  readonly restoredMs: number;
  readonly isSavepoint: boolean;
  readonly folder: string;
}

/** Samples that figures are made of. */
const MAX_SAMPLES = 1000;

export class CheckpointHistory {
  readonly counts = { restored: 0, total: 0, completed: 0, failed: 0 };
  /** Of the completed ones; the oldest are forgotten. */
  readonly samples: Record<'newBytes' | 'stateBytes' | 'durationMs' | 'processedBytes' | 'persistedBytes', number[]> = {
    ...{ newBytes: [], stateBytes: [], durationMs: [], processedBytes: [], persistedBytes: [] },
  };
  latestRestored: RestoredRecord | undefined;
  latestCompleted: CheckpointRecord | undefined;
  latestSavepoint: CheckpointRecord | undefined;
  latestFailed: CheckpointRecord | undefined;
  /** The newest last. */
  private readonly records: CheckpointRecord[] = [];

  /** @param size `web.checkpoints.history` */
  constructor(private readonly size: number) {}

  /** The newest first. */
  list(): CheckpointRecord[] {
    return this.records.toReversed();
  }

  get inProgress(): number {
    return this.records.filter(({ status }) => status === 'IN_PROGRESS').length;
  }

  find(id: number): CheckpointRecord | undefined {
    const latest = [this.latestCompleted, this.latestSavepoint, this.latestFailed];
    return [...this.records, ...latest].find((record) => record?.id === id);
  }

  begun({ id, kind, triggeredMs, plan, acknowledged }: PendingCheckpoint): void {
    this.counts.total++;
    this.records.push({
      ...{ id, kind, triggeredMs, plan, acknowledged, status: 'IN_PROGRESS' },
      ...{ endedMs: undefined, folder: undefined, discarded: false, failure: undefined },
    });
    const forgotten = this.records.findIndex(({ status }) => status !== 'IN_PROGRESS');
    if (this.records.length > this.size && forgotten >= 0) this.records.splice(forgotten, 1);
  }

  completed(id: number, folder: string, nowMs: number): void {
    const record = this.find(id);
    if (record === undefined) return;
    Object.assign(record, { status: 'COMPLETED', endedMs: nowMs, folder });
    this.counts.completed++;
    this.sample(record, nowMs);
    if (record.kind === 'checkpoint') this.latestCompleted = record;
    else this.latestSavepoint = record;
  }

  private sample({ acknowledged, triggeredMs }: CheckpointRecord, nowMs: number): void {
    const { samples } = this;
    const tasks = [...acknowledged.values()];
    samples.newBytes.push(tasks.reduce((sum, { state }) => sum + newBytesOf(state), 0));
    samples.stateBytes.push(tasks.reduce((sum, { state }) => sum + stateBytesOf(state), 0));
    samples.processedBytes.push(tasks.reduce((sum, { processedBytes = 0 }) => sum + processedBytes, 0));
    samples.persistedBytes.push(tasks.reduce((sum, { state }) => sum + inFlightBytesOf(state), 0));
    samples.durationMs.push(nowMs - triggeredMs);
    for (const values of Object.values(samples)) if (values.length > MAX_SAMPLES) values.shift();
  }

  failed(id: number, failure: WeftError, nowMs: number): void {
    const record = this.find(id);
    if (record === undefined) return;
    Object.assign(record, { status: 'FAILED', endedMs: nowMs, failure });
    this.counts.failed++;
    this.latestFailed = record;
  }

  /** Its folder is deleted. */
  discarded(folder: string): void {
    for (const record of this.records) if (record.folder === folder) record.discarded = true;
  }

  restored(restored: RestoredRecord): void {
    this.counts.restored++;
    this.latestRestored = restored;
  }
}
