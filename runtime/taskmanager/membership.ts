/** A TaskManager's standing with its JobManager: registration, heartbeats, and the reports of its tasks. */
import type { Clock } from '../common/clock.js';
import { hasCode } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import type { ParamsOf, Session } from '../common/wire/index.js';
import type { FromReader, taskManagerProtocol } from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { TaskManagerNetwork } from '../exchange/index.js';
import type { CheckpointReport } from './slot/slot-messages.js';
import type { TaskChange } from './slot-job.js';
import type { TaskExecutor } from './task-executor.js';

type ClientMethods = typeof taskManagerProtocol.client;
type ServerMethods = typeof taskManagerProtocol.server;

/** Pause before another attempt when the JobManager refuses a registration. */
const REGISTER_AGAIN_AFTER_MS = 500;

export interface MembershipOptions {
  session: Session<ClientMethods, ServerMethods>;
  executor: TaskExecutor;
  network: TaskManagerNetwork;
  /** Who this is, and what it offers. */
  registration: ParamsOf<ServerMethods, 'register'>;
  clock: Clock;
  log: Logger;
  onRegistered?(): void;
  /** No heartbeat was answered in time: the connection is as good as dead. */
  onSilent?(): void;
}

export class Membership {
  private registered = false;
  /** Counts connections, so that what an older one still awaits is not taken for the newest's. */
  private generation = 0;
  private stopHeartbeats: () => void = () => undefined;
  private beating = false;

  constructor(private readonly options: MembershipOptions) {}

  get isRegistered(): boolean {
    return this.registered;
  }

  /**
   * Joins a JobManager that does not know this TaskManager. What still runs for an earlier one is cancelled first, so
   * that nothing runs twice.
   */
  async join(): Promise<void> {
    const generation = ++this.generation;
    const { session, executor, registration, log, clock } = this.options;
    this.leave();
    await executor.cancelAll();
    if (generation !== this.generation) return;
    try {
      const { heartbeatIntervalMs, heartbeatTimeoutMs } = await session.call('register', registration);
      if (generation !== this.generation) return;
      this.registered = true;
      log.info({ resourceId: registration.resourceId }, 'registered with the JobManager');
      void this.beat(heartbeatTimeoutMs);
      this.stopHeartbeats = clock.every(heartbeatIntervalMs, () => void this.beat(heartbeatTimeoutMs));
      this.options.onRegistered?.();
    } catch (error) {
      if (generation !== this.generation || hasCode(error, 'WIRE_CLOSED')) return;
      log.warn({ err: error }, 'the JobManager did not take the registration');
      clock.after(REGISTER_AGAIN_AFTER_MS, () => {
        if (generation === this.generation) void this.join();
      });
    }
  }

  /** Tells the JobManager how tasks stand; one that does not know this TaskManager has no use for it. */
  report(jobId: string, jobAttempt: number, changes: TaskChange[]): void {
    if (this.registered) this.options.session.notify('taskStates', { jobId, jobAttempt, changes });
  }

  /** As `report`, of a task's part in a checkpoint. */
  reportCheckpoint(jobId: string, jobAttempt: number, report: CheckpointReport): void {
    if (!this.registered) return;
    const { session } = this.options;
    if (report.type === 'acknowledged') {
      session.notify('acknowledgeCheckpoint', { jobId, jobAttempt, acknowledgement: report.acknowledgement });
    } else {
      const { checkpointId, executionId, error } = report;
      session.notify('declineCheckpoint', { jobId, jobAttempt, checkpointId, executionId, error });
    }
  }

  /** Tells an enumerator in the JobManager what a source's reader says. */
  fromReader(jobId: string, jobAttempt: number, executionId: string, message: FromReader): void {
    if (this.registered) this.options.session.notify('fromReader', { jobId, jobAttempt, executionId, message });
  }

  close(): void {
    this.generation++;
    this.leave();
  }

  private leave(): void {
    this.registered = false;
    this.stopHeartbeats();
    this.stopHeartbeats = () => undefined;
  }

  private async beat(timeoutMs: number): Promise<void> {
    if (this.beating || !this.registered) return;
    this.beating = true;
    const { generation } = this;
    const { session, executor, network, log } = this.options;
    const { usedSegments, totalSegments } = network.usage;
    const memory = process.memoryUsage();
    try {
      await session.call(
        'heartbeat',
        {
          metrics: executor.figures(),
          events: [],
          heapUsedBytes: memory.heapUsed,
          residentBytes: memory.rss,
          usedNetworkSegments: usedSegments,
          totalNetworkSegments: totalSegments,
          managedMemory: executor.managedUsage(),
        },
        { timeoutMs },
      );
    } catch (error) {
      if (generation !== this.generation) return;
      log.warn({ err: error }, 'a heartbeat was not answered');
      if (hasCode(error, 'WIRE_TIMEOUT')) this.options.onSilent?.();
      else if (hasCode(error, 'TASKMANAGER_UNKNOWN')) void this.join();
    } finally {
      this.beating = false;
    }
  }
}
