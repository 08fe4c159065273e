/** Checkpoints in the shapes of Flink's REST API. */
import { inFlightBytesOf, newBytesOf, stateBytesOf } from '../../common/wire/protocols/checkpoints.js';
import type { CheckpointHistory, CheckpointRecord, JobCheckpointSettings } from '../checkpoint/index.js';
import type { AcknowledgedTask } from '../checkpoint/pending-checkpoint.js';
import type { JobMaster } from '../job/job-master.js';
import { statisticsOf } from './statistics.js';

/** What Flink shows for the interval of a job that takes no periodic checkpoints. */
const NO_INTERVAL = 9_223_372_036_854_775_807n;

/** A folder as Flink writes it: with its scheme. */
export function addressOf(folder: string): string {
  return folder.startsWith('/') ? `file:${folder}` : folder;
}

export function checkpointOverview({ checkpoints }: JobMaster): object {
  const { history } = checkpoints;
  const { counts, samples } = history;
  return {
    counts: { ...counts, in_progress: history.inProgress },
    summary: {
      checkpointed_size: statisticsOf(samples.newBytes),
      state_size: statisticsOf(samples.stateBytes),
      end_to_end_duration: statisticsOf(samples.durationMs),
      alignment_buffered: statisticsOf(samples.newBytes.map(() => 0)),
      processed_data: statisticsOf(samples.processedBytes),
      persisted_data: statisticsOf(samples.persistedBytes),
    },
    latest: latestOf(history),
    history: history.list().map(summaryOf),
  };
}

function latestOf({ latestCompleted, latestSavepoint, latestFailed, latestRestored }: CheckpointHistory): object {
  const shown = (record: CheckpointRecord | undefined): object | null =>
    record === undefined ? null : summaryOf(record);
  return {
    completed: shown(latestCompleted),
    savepoint: shown(latestSavepoint),
    failed: shown(latestFailed),
    restored:
      latestRestored === undefined
        ? null
        : {
            id: latestRestored.id,
            restore_timestamp: latestRestored.restoredMs,
            is_savepoint: latestRestored.isSavepoint,
            external_path: addressOf(latestRestored.folder),
          },
  };
}

const TYPES = { checkpoint: 'CHECKPOINT', savepoint: 'SAVEPOINT', suspend: 'SYNC_SAVEPOINT', drain: 'SYNC_SAVEPOINT' };

/** As Flink says it: a task took part so. */
function isUnaligned({ acknowledged }: CheckpointRecord): boolean {
  return [...acknowledged.values()].some(({ unaligned }) => unaligned === true);
}

/** Without its tasks, as in lists. */
function summaryOf(record: CheckpointRecord): object {
  const isSavepoint = record.kind !== 'checkpoint';
  return {
    className: record.status.toLowerCase(),
    id: record.id,
    status: record.status,
    is_savepoint: isSavepoint,
    savepointFormat: isSavepoint ? 'CANONICAL' : null,
    trigger_timestamp: record.triggeredMs,
    ...figuresOf(record, [...record.acknowledged.values()], record.plan.acknowledge.length),
    checkpoint_type: isUnaligned(record) ? 'UNALIGNED_CHECKPOINT' : TYPES[record.kind],
    tasks: {},
    ...(record.folder === undefined ? {} : { external_path: addressOf(record.folder), discarded: record.discarded }),
    ...(record.failure === undefined
      ? {}
      : { failure_timestamp: record.endedMs, failure_message: record.failure.message }),
  };
}

/** With its tasks. */
export function checkpointDetails(record: CheckpointRecord): object {
  const vertexIds = [...new Set(record.plan.acknowledge.map(({ vertexId }) => vertexId))];
  return {
    ...summaryOf(record),
    tasks: Object.fromEntries(vertexIds.map((vertexId) => [vertexId, taskOf(record, vertexId)])),
  };
}

/** The subtasks of a vertex in a checkpoint; undefined when the vertex took no part. */
export function subtaskDetails(record: CheckpointRecord, vertexId: string): object | undefined {
  const planned = record.plan.acknowledge.filter((task) => task.vertexId === vertexId);
  if (planned.length === 0) return undefined;
  const done = acknowledgedOf(record, vertexId);
  const none = statisticsOf(done.map(() => 0));
  return {
    ...taskOf(record, vertexId),
    summary: {
      checkpointed_size: statisticsOf(done.map(({ state }) => newBytesOf(state))),
      state_size: statisticsOf(done.map(({ state }) => stateBytesOf(state))),
      end_to_end_duration: statisticsOf(done.map((it) => it.acknowledgedMs - record.triggeredMs)),
      checkpoint_duration: {
        sync: statisticsOf(done.map(({ syncMs }) => Math.round(syncMs))),
        async: statisticsOf(done.map(({ asyncMs }) => Math.round(asyncMs))),
      },
      alignment: {
        buffered: none,
        processed: statisticsOf(done.map(({ processedBytes = 0 }) => processedBytes)),
        persisted: statisticsOf(done.map(({ state }) => inFlightBytesOf(state))),
        duration: statisticsOf(done.map(({ alignmentMs }) => Math.round(alignmentMs))),
      },
      start_delay: statisticsOf(done.map(({ startDelayMs }) => Math.round(startDelayMs))),
    },
    subtasks: planned
      .toSorted((a, b) => a.subtask - b.subtask)
      .map(({ executionId, subtask }) => subtaskOf(record, subtask, record.acknowledged.get(executionId))),
  };
}

function subtaskOf(record: CheckpointRecord, index: number, done: AcknowledgedTask | undefined): object {
  if (done === undefined) return { className: 'pending_or_failed', index, status: 'pending_or_failed' };
  return {
    className: 'completed',
    index,
    ack_timestamp: done.acknowledgedMs,
    end_to_end_duration: done.acknowledgedMs - record.triggeredMs,
    checkpointed_size: newBytesOf(done.state),
    state_size: stateBytesOf(done.state),
    checkpoint: { sync: Math.round(done.syncMs), async: Math.round(done.asyncMs) },
    alignment: {
      buffered: 0,
      processed: done.processedBytes ?? 0,
      persisted: inFlightBytesOf(done.state),
      duration: Math.round(done.alignmentMs),
    },
    start_delay: Math.round(done.startDelayMs),
    unaligned_checkpoint: done.unaligned === true,
    aborted: false,
    status: 'completed',
  };
}

function taskOf(record: CheckpointRecord, vertexId: string): object {
  const planned = record.plan.acknowledge.filter((task) => task.vertexId === vertexId).length;
  const done = acknowledgedOf(record, vertexId);
  const status = done.length === planned ? 'COMPLETED' : record.status;
  return { id: record.id, status, ...figuresOf(record, done, planned) };
}

function acknowledgedOf(record: CheckpointRecord, vertexId: string): AcknowledgedTask[] {
  return [...record.acknowledged.values()]
    .filter(({ task }) => task.vertexId === vertexId)
    .toSorted((a, b) => a.task.subtask - b.task.subtask);
}

function figuresOf(record: CheckpointRecord, done: readonly AcknowledgedTask[], planned: number): object {
  const latestMs = Math.max(-1, ...done.map(({ acknowledgedMs }) => acknowledgedMs));
  return {
    latest_ack_timestamp: latestMs,
    checkpointed_size: done.reduce((sum, { state }) => sum + newBytesOf(state), 0),
    state_size: done.reduce((sum, { state }) => sum + stateBytesOf(state), 0),
    end_to_end_duration: latestMs < 0 ? 0 : latestMs - record.triggeredMs,
    alignment_buffered: 0,
    processed_data: done.reduce((sum, { processedBytes = 0 }) => sum + processedBytes, 0),
    persisted_data: done.reduce((sum, { state }) => sum + inFlightBytesOf(state), 0),
    num_subtasks: planned,
    num_acknowledged_subtasks: done.length,
  };
}

/** As text, because the interval of no checkpoints is a number that JavaScript cannot hold. */
export function checkpointConfig(settings: JobCheckpointSettings): string {
  const { retention, intervalMs } = settings;
  const config = {
    mode: settings.mode.toLowerCase(),
    interval: intervalMs ?? 0,
    timeout: settings.timeoutMs,
    min_pause: settings.minPauseMs,
    max_concurrent: settings.maxConcurrent,
    externalization: {
      enabled: retention !== 'NO_EXTERNALIZED_CHECKPOINTS',
      delete_on_cancellation: retention !== 'RETAIN_ON_CANCELLATION',
    },
    state_backend: settings.stateBackend === 'rocksdb' ? 'EmbeddedRocksDBStateBackend' : 'HashMapStateBackend',
    checkpoint_storage: 'FileSystemCheckpointStorage',
    unaligned_checkpoints: settings.unaligned,
    tolerable_failed_checkpoints: settings.tolerableFailures,
    aligned_checkpoint_timeout: settings.alignedTimeoutMs,
    checkpoints_after_tasks_finish: settings.afterTasksFinish,
    state_changelog_enabled: false,
    changelog_periodic_materialization_interval: 600_000,
    changelog_storage: 'memory',
  };
  const text = JSON.stringify(config);
  return intervalMs === undefined ? text.replace('"interval":0', `"interval":${NO_INTERVAL}`) : text;
}
