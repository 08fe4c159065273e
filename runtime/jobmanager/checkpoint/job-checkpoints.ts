import {
  checkpointFolder,
  claimFolder,
  jobCheckpointFolder,
  newSavepointFolder,
  readMetadata,
  requireFiles,
  sharedFolderOf,
  writeMetadata,
  type EnumeratorState,
} from '../../checkpoint/index.js';
import type { Clock } from '../../common/clock.js';
import { WeftError, asWeftError, hasCode } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import type { Acknowledgement, CheckpointOrder, TaskRestore } from '../../common/wire/protocols/checkpoints.js';
import type { ExecutionGraph, SubtaskKey } from '../../graph/execution-graph.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { RestoreSettings } from '../../graph/stream-graph.js';
import type { Execution } from '../job/execution.js';
import type { TerminalJobState } from '../job/states.js';
import { CheckpointHistory } from './checkpoint-history.js';
import { planCheckpoint } from './checkpoint-plan.js';
import type { JobCheckpointSettings } from './checkpoint-settings.js';
import { CompletedCheckpoints, type CompletedCheckpoint } from './completed-checkpoints.js';
import { CheckpointCoordinator, type CheckpointPort, type SavepointRequest } from './coordinator.js';
import { metadataOf } from './metadata-of.js';
import type { CheckpointPlan, CheckpointTask, PendingCheckpoint } from './pending-checkpoint.js';
import { StateAssignment } from './state-assignment.js';

/** How the tasks of the job are reached. */
export interface CheckpointMessenger {
  trigger(tasks: readonly CheckpointTask[], order: CheckpointOrder): void;
  /** To all TaskManagers of the job. */
  ended(checkpointId: number, outcome: 'complete' | 'aborted'): void;
}

/** The sources of the job whose enumerators run in the JobManager. */
export interface CheckpointedSources {
  /**
   * What the enumerators keep; undefined when there are none. What they assign from then on is held back.
   * @throws SOURCE_ENUMERATOR_FAILED as a rejection
   */
  snapshot(checkpointId: number): Promise<readonly EnumeratorState[]> | undefined;
  /** The order for the checkpoint was sent, or will not be. */
  resume(): void;
  notifyCheckpointComplete(checkpointId: number): void;
}

export interface JobCheckpointsOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly graph: ExecutionGraph;
  readonly settings: JobCheckpointSettings;
  /** Where checkpoints go when nothing else is said. */
  readonly defaultDirectory: string;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly messenger: CheckpointMessenger;
  /** Of the attempt that runs. */
  sources(): CheckpointedSources;
  executions(): readonly Execution[];
  /** A periodic checkpoint is complete: the job has got on. */
  onCompleted(): void;
  /** Checkpoints failed too often. */
  failJob(error: WeftError): void;
}

export class JobCheckpoints implements CheckpointPort {
  readonly history: CheckpointHistory;
  private readonly completedOnes: CompletedCheckpoints;
  private coordinator: CheckpointCoordinator | undefined;
  private readonly finalizations = new Set<Promise<void>>();
  /** The savepoint that the job was started from. */
  private origin: CompletedCheckpoint | undefined;
  /** The savepoint after which the job is about to end. */
  private last: CompletedCheckpoint | undefined;
  private assignment: StateAssignment | undefined;

  constructor(private readonly options: JobCheckpointsOptions) {
    const { settings, defaultDirectory, log } = options;
    this.history = new CheckpointHistory(settings.historySize);
    const jobFolder = jobCheckpointFolder(settings.directory ?? defaultDirectory, this.jobGraph.jobId);
    this.completedOnes = new CompletedCheckpoints(jobFolder, settings.numRetained, log, (folder) => {
      this.history.discarded(folder);
    });
  }

  /** Whether periodic checkpoints are still taken when tasks have finished. */
  get goOnAtTheEnd(): boolean {
    const { intervalMs, afterTasksFinish } = this.options.settings;
    return intervalMs !== undefined && afterTasksFinish;
  }

  get settings(): JobCheckpointSettings {
    return this.options.settings;
  }

  /** Folder of the job's checkpoints. */
  get folder(): string {
    return this.completedOnes.jobFolder;
  }

  /**
   * Before each deployment: settles from which checkpoint the job starts.
   * @throws what keeps the job from starting: CHECKPOINT_…, STATE_…
   */
  prepare(): Promise<void> | undefined {
    const { settings } = this.options;
    const begins = settings.intervalMs !== undefined || this.jobGraph.settings.restore !== undefined;
    if (this.coordinator === undefined && !begins) this.coordinator = this.coordinate(1);
    if (this.coordinator === undefined || this.finalizations.size > 0) return this.settle();
    this.choose();
    return undefined;
  }

  private async settle(): Promise<void> {
    if (this.coordinator === undefined) await this.recover();
    await Promise.all(this.finalizations);
    this.choose();
  }

  private choose(): void {
    const source = this.last ?? this.completedOnes.latest ?? this.origin;
    if (source === undefined) return;
    const { folder, metadata } = source;
    const mayDrop = source !== this.origin || this.jobGraph.settings.restore?.allowNonRestoredState === true;
    const reusable = source !== this.origin || (this.jobGraph.settings.restore?.claimMode ?? 'NO_CLAIM') !== 'NO_CLAIM';
    this.assignment = new StateAssignment(folder, metadata, this.jobGraph, mayDrop, reusable);
    this.history.restored({
      ...{ id: source.id, folder, isSavepoint: metadata.savepoint, restoredMs: this.options.clock.nowMs() },
    });
    this.options.log.info(
      { jobId: this.jobGraph.jobId, checkpointId: source.id, folder },
      'restoring from a checkpoint',
    );
  }

  /** What a task starts from; undefined = without state. */
  restoreOf(key: SubtaskKey): TaskRestore | undefined {
    return this.assignment?.of(key);
  }

  /** The checkpoint from which tasks start; undefined when they begin anew. */
  get restoredId(): number | undefined {
    return this.assignment?.checkpointId;
  }

  /** What the enumerators of sources start from; none when the job begins anew. */
  get enumerators(): readonly EnumeratorState[] {
    return this.assignment?.enumerators ?? [];
  }

  /**
   * A task could not read its state: the checkpoint that it came from is not used again.
   * @throws CHECKPOINT_NONE_USABLE when there is none before it
   */
  damaged(why: WeftError): void {
    const id = this.assignment?.checkpointId;
    if (id === undefined) return;
    if (this.last?.id === id) this.last = undefined;
    else if (this.completedOnes.latest?.id === id) this.completedOnes.giveUp(id, why);
    else throw why;
  }

  /** All tasks run. */
  start(): void {
    this.coordinator?.start();
  }

  /** The tasks end. */
  stop(reason: string): void {
    this.coordinator?.stop(new WeftError('CHECKPOINT_ABORTED', reason));
  }

  acknowledged(acknowledgement: Acknowledgement): void {
    this.coordinator?.acknowledge(acknowledgement);
  }

  declined(checkpointId: number, executionId: string, error: WeftError): void {
    this.coordinator?.decline(checkpointId, executionId, error);
  }

  taskFinished(execution: Execution): void {
    this.coordinator?.taskFinished(execution);
  }

  /** A checkpoint beside the periodic ones. @returns its id @throws CHECKPOINT_… */
  async checkpoint(): Promise<number> {
    return (await this.running().checkpoint()).id;
  }

  /**
   * @param target folder in which the savepoint gets a folder of its own
   * @returns that folder
   * @throws SAVEPOINT_NO_FOLDER, CHECKPOINT_…
   */
  async savepoint(kind: SavepointRequest['kind'], target = this.settings.savepointDirectory): Promise<string> {
    if (target === undefined) {
      throw new WeftError('SAVEPOINT_NO_FOLDER', `No folder was named for a savepoint of job ${this.jobGraph.jobId}.`);
    }
    const coordinator = this.running();
    const folder = await newSavepointFolder(target, this.jobGraph.jobId).catch((error: unknown) => {
      throw notWritten(target, error);
    });
    await coordinator.savepoint({ kind, target: folder }).catch((error: unknown) => {
      this.completedOnes.delete(folder);
      throw error;
    });
    return folder;
  }

  /** The job has reached its end: deletes what its settings do not keep. @returns undefined when nothing need be done */
  ended(state: TerminalJobState): Promise<void> | undefined {
    this.stop(`The job is ${state}.`);
    if (this.finalizations.size === 0 && this.completedOnes.untouched) return undefined;
    return this.cleanUp(state);
  }

  private async cleanUp(state: TerminalJobState): Promise<void> {
    await Promise.all(this.finalizations);
    const { retention } = this.settings;
    const keep =
      (state === 'CANCELED' && retention === 'RETAIN_ON_CANCELLATION') ||
      (state === 'FAILED' && retention !== 'NO_EXTERNALIZED_CHECKPOINTS');
    await this.completedOnes.end(keep && !this.completedOnes.isEmpty);
  }

  plan(): CheckpointPlan | undefined {
    return planCheckpoint(this.options.graph, this.options.executions());
  }

  trigger(pending: PendingCheckpoint): void {
    this.history.begun(pending);
    const sources = this.options.sources();
    const states = sources.snapshot(pending.id);
    if (states === undefined) {
      this.sendTrigger(pending);
      return;
    }
    states
      .then(
        (taken) => {
          pending.enumerators = taken;
          if (this.coordinator?.pendingCheckpoints.includes(pending) === true) this.sendTrigger(pending);
        },
        (error: unknown) => this.coordinator?.finalizeFailed(pending.id, error),
      )
      .finally(() => sources.resume());
  }

  private sendTrigger(pending: PendingCheckpoint): void {
    const { settings, messenger, clock } = this.options;
    const order: CheckpointOrder = {
      ...{ checkpointId: pending.id, timestampMs: pending.triggeredMs, kind: pending.kind },
      aligned: pending.isSavepoint || settings.mode === 'EXACTLY_ONCE',
      folder: this.folderOf(pending),
      inlineThresholdBytes: settings.inlineThresholdBytes,
      ...(settings.incremental && pending.kind === 'checkpoint' ? { sharedFolder: sharedFolderOf(this.folder) } : {}),
    };
    if (pending.isSavepoint || !settings.unaligned) {
      messenger.trigger(pending.plan.trigger, order);
    } else if (settings.alignedTimeoutMs === 0) {
      // All at once: the cuts need not come along the channels, nor wait for one another.
      messenger.trigger(pending.plan.acknowledge, { ...order, unaligned: true });
    } else {
      messenger.trigger(pending.plan.trigger, { ...order, mayTurn: true });
      clock.after(settings.alignedTimeoutMs, () => {
        if (this.coordinator?.pendingCheckpoints.includes(pending) !== true) return;
        messenger.trigger(pending.missing, { ...order, mayTurn: true, unaligned: true });
      });
    }
  }

  finalize(pending: PendingCheckpoint): void {
    const folder = this.folderOf(pending);
    const work: Promise<void> = writeMetadata(folder, metadataOf(pending, this.jobGraph))
      .then(
        () => this.coordinator?.finalized(pending.id),
        (error: unknown) => this.coordinator?.finalizeFailed(pending.id, notWritten(folder, error)),
      )
      .finally(() => this.finalizations.delete(work));
    this.finalizations.add(work);
  }

  completed(pending: PendingCheckpoint): void {
    const folder = this.folderOf(pending);
    const completed = { id: pending.id, folder, metadata: metadataOf(pending, this.jobGraph) };
    this.history.completed(pending.id, folder, this.options.clock.nowMs());
    if (pending.kind === 'checkpoint') {
      this.completedOnes.add(completed);
      this.options.onCompleted();
    } else if (pending.kind !== 'savepoint') {
      this.last = completed;
    }
    // A savepoint is the user's: the job does not go back to it, so nothing may be committed with it.
    if (pending.kind === 'savepoint') return;
    this.options.messenger.ended(pending.id, 'complete');
    this.options.sources().notifyCheckpointComplete(pending.id);
  }

  aborted(pending: PendingCheckpoint, reason: WeftError): void {
    const { clock, log, messenger } = this.options;
    this.history.failed(pending.id, reason, clock.nowMs());
    const detail = { jobId: this.jobGraph.jobId, checkpointId: pending.id, code: reason.code };
    if (reason.code === 'CHECKPOINT_ABORTED') log.debug(detail, reason.message);
    else log.warn(detail, `checkpoint ${pending.id} failed: ${reason.message}`);
    messenger.ended(pending.id, 'aborted');
    this.completedOnes.delete(this.folderOf(pending));
  }

  failJob(error: WeftError): void {
    this.options.failJob(error);
  }

  private get jobGraph(): JobGraph {
    return this.options.graph.jobGraph;
  }

  private folderOf({ id, target }: PendingCheckpoint): string {
    return target ?? checkpointFolder(this.completedOnes.jobFolder, id);
  }

  private running(): CheckpointCoordinator {
    if (this.coordinator !== undefined) return this.coordinator;
    throw new WeftError('CHECKPOINT_NOT_POSSIBLE', `Job ${this.jobGraph.jobId} has not started yet.`);
  }

  /** What a former JobManager left, and the savepoint that the job is to start from. */
  private async recover(): Promise<void> {
    const { restore } = this.jobGraph.settings;
    const lastId = await this.completedOnes.recover();
    if (restore !== undefined) await this.recoverOrigin(restore, this.completedOnes.isEmpty);
    const firstId = Math.max(lastId, this.origin?.id ?? 0) + 1;
    this.coordinator = this.coordinate(firstId);
  }

  /** @param first whether the job has no later checkpoint of its own */
  private async recoverOrigin({ path, claimMode }: RestoreSettings, first: boolean): Promise<void> {
    const found = await readMetadata(path).catch((error: unknown) => {
      // Claimed, and deleted since.
      if (first || !hasCode(error, 'CHECKPOINT_NOT_FOUND')) throw error;
    });
    if (found === undefined) return;
    const { folder, metadata } = found;
    if (first) await requireFiles(folder, metadata);
    this.origin = { id: metadata.checkpointId, folder, metadata };
    if (claimMode !== 'CLAIM') return;
    await claimFolder(folder, this.jobGraph.jobId);
    this.completedOnes.claim(this.origin);
  }

  private coordinate(firstId: number): CheckpointCoordinator {
    const { clock, settings, random } = this.options;
    return new CheckpointCoordinator({ clock, settings, port: this, firstId, random });
  }
}

function notWritten(folder: string, cause: unknown): WeftError {
  const { message } = asWeftError(cause);
  return new WeftError('CHECKPOINT_FAILED', `A checkpoint could not be written to ${folder}: ${message}`, {
    subject: folder,
    cause,
  });
}
