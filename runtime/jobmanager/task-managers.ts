/**
 * The TaskManagers that are registered, and who of them is still alive. A broken connection is a hint: its tasks are
 * given up at once if its process is known to be gone, else after a short grace in which it may resume. Silence past the
 * timeout is a verdict. The slots and jobs behind a TaskManager are the listener's business.
 */
import type { Static } from 'typebox';
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';
import { chainEvent, type ChainEvent } from '../common/events/chain-events.js';
import { LivenessMonitor } from '../common/liveness.js';
import type { Logger } from '../common/log/logger.js';
import { isSameProcess, processStartTicks } from '../common/process/process-identity.js';
import type { Handlers, RpcPeer } from '../common/wire/index.js';
import { taskManagerProtocol } from '../common/wire/protocols/taskmanager-jobmanager.js';

type ServerMethods = typeof taskManagerProtocol.server;
type ClientMethods = typeof taskManagerProtocol.client;

/** A TaskManager's connection, over a socket or in memory; whoever accepted it has checked who it is. */
export type TaskManagerPeer = RpcPeer<ClientMethods, ServerMethods, unknown>;
export type TaskManagerHandlers = Handlers<ServerMethods>;
export type Registration = Static<ServerMethods['register']['params']>;
export type Heartbeat = Static<ServerMethods['heartbeat']['params']>;
export type TaskStates = Static<ServerMethods['taskStates']['params']>;
export type CheckpointAcknowledged = Static<ServerMethods['acknowledgeCheckpoint']['params']>;
export type CheckpointDeclined = Static<ServerMethods['declineCheckpoint']['params']>;
export type ReaderMessage = Static<ServerMethods['fromReader']['params']>;

/** How long a TaskManager whose connection broke may take to resume it before its tasks count as failed. */
export const RESUME_GRACE_MS = 200;

export interface TaskManager {
  readonly registration: Registration;
  readonly peer: TaskManagerPeer;
  readonly registeredMs: number;
  /** Of its process, if that runs on this machine: tells a live one from one whose number was reused. */
  readonly startTicks: number | undefined;
  lastHeartbeatMs: number;
  heartbeat: Heartbeat | undefined;
}

/**
 * How a TaskManager was lost: its owner said that it ended; it registered anew; its connection broke (so it may come back);
 * it was silent for too long.
 */
export type Fate = 'terminated' | 'replaced' | 'broken' | 'silent';

export interface TaskManagerListener {
  registered(taskManager: TaskManager): void;
  /** Its session is closed already. */
  lost(taskManager: TaskManager, cause: WeftError, fate: Fate): void;
  heartbeat(taskManager: TaskManager, heartbeat: Heartbeat): void;
  taskStates(taskManager: TaskManager, states: TaskStates): void;
  checkpointAcknowledged(acknowledged: CheckpointAcknowledged): void;
  checkpointDeclined(declined: CheckpointDeclined): void;
  fromReader(taskManager: TaskManager, message: ReaderMessage): void;
  event(event: ChainEvent): void;
}

export interface TaskManagersOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly applicationId: string;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly listener: TaskManagerListener;
}

export class TaskManagers {
  private readonly byId = new Map<string, TaskManager>();
  private readonly bySession = new Map<string, TaskManager>();
  private readonly grace = new Map<TaskManager, () => void>();
  /** Whose container has ended or was given back: its resources are others' by now, whether or not the process knows. */
  private readonly givenUp = new Set<string>();
  private readonly liveness: LivenessMonitor<TaskManager>;
  private readonly stopChecking: () => void;

  constructor(private readonly options: TaskManagersOptions) {
    this.liveness = new LivenessMonitor(options.heartbeatTimeoutMs, options.heartbeatIntervalMs);
    this.stopChecking = options.clock.every(options.heartbeatIntervalMs, () => {
      this.expireSilent();
    });
  }

  list(): TaskManager[] {
    return [...this.byId.values()];
  }

  get(resourceId: string): TaskManager | undefined {
    return this.byId.get(resourceId);
  }

  /** The methods that a newly connected TaskManager may call. */
  accept(peer: TaskManagerPeer): TaskManagerHandlers {
    const { listener, clock } = this.options;
    return {
      register: (registration) => this.register(peer, registration),
      heartbeat: (heartbeat) => {
        const taskManager = this.heard(peer);
        if (taskManager.heartbeat === undefined) this.recordFirstHeartbeat(taskManager);
        taskManager.heartbeat = heartbeat;
        taskManager.lastHeartbeatMs = clock.nowMs();
        for (const event of heartbeat.events) listener.event(event);
        listener.heartbeat(taskManager, heartbeat);
        return {};
      },
      taskStates: (states) => {
        listener.taskStates(this.heard(peer), states);
      },
      acknowledgeCheckpoint: (acknowledged) => {
        this.heard(peer);
        listener.checkpointAcknowledged(acknowledged);
      },
      declineCheckpoint: (declined) => {
        this.heard(peer);
        listener.checkpointDeclined(declined);
      },
      fromReader: (message) => {
        listener.fromReader(this.heard(peer), message);
      },
    };
  }

  /** The connection broke. */
  disconnected(peer: TaskManagerPeer): void {
    const taskManager = this.bySession.get(peer.session.id);
    if (taskManager === undefined) return;
    const { pid } = taskManager.registration;
    if (taskManager.startTicks !== undefined && !isSameProcess(pid, taskManager.startTicks)) {
      this.lose(taskManager, `its process ${pid} has ended`, 'broken');
      return;
    }
    this.options.log.warn({ resourceId: taskManager.registration.resourceId }, 'the connection to a TaskManager broke');
    const cancel = this.options.clock.after(RESUME_GRACE_MS, () => {
      this.lose(taskManager, `its connection broke and was not resumed within ${RESUME_GRACE_MS} ms`, 'broken');
    });
    this.grace.set(taskManager, cancel);
  }

  /** The connection is back, nothing was lost. */
  resumed(peer: TaskManagerPeer): void {
    const taskManager = this.bySession.get(peer.session.id);
    if (taskManager === undefined) return;
    this.endGrace(taskManager);
    this.liveness.heard(taskManager, this.options.clock.monotonicMs());
  }

  /** The session is over. */
  closed(peer: TaskManagerPeer): void {
    const taskManager = this.bySession.get(peer.session.id);
    if (taskManager !== undefined) this.lose(taskManager, 'its session was closed', 'broken');
  }

  /** Its owner says that it ended. */
  terminated(resourceId: string, diagnostics: string): void {
    this.giveUp(resourceId);
    const taskManager = this.byId.get(resourceId);
    if (taskManager !== undefined) this.lose(taskManager, `its container ended: ${diagnostics}`, 'terminated');
  }

  /** It must not come back, should its process still run. */
  giveUp(resourceId: string): void {
    this.givenUp.add(resourceId);
  }

  /** Takes it out of service without calling it a failure. */
  remove(resourceId: string, reason: string): void {
    this.giveUp(resourceId);
    const taskManager = this.byId.get(resourceId);
    if (taskManager === undefined) return;
    taskManager.peer.session.notify('shutdown', { reason });
    this.forget(taskManager);
  }

  /** From now on nobody is lost: connections that close do so because this JobManager ends. */
  stop(): void {
    this.stopChecking();
    for (const taskManager of this.list()) this.forget(taskManager);
  }

  private register(
    peer: TaskManagerPeer,
    registration: Registration,
  ): Awaited<ReturnType<TaskManagerHandlers['register']>> {
    const { clock, log, listener, heartbeatIntervalMs, heartbeatTimeoutMs } = this.options;
    if (this.givenUp.has(registration.resourceId)) {
      peer.session.notify('shutdown', { reason: 'Its container was given up.' });
      throw new WeftError('TASKMANAGER_LOST', `The container ${registration.resourceId} was given up.`);
    }
    const known = this.byId.get(registration.resourceId);
    if (known !== undefined)
      this.lose(known, 'it registered anew, so that nothing of the old one runs any longer', 'replaced');
    const taskManager: TaskManager = {
      registration,
      peer,
      registeredMs: clock.nowMs(),
      startTicks: isLoopback(peer.remoteAddress) ? processStartTicks(registration.pid) : undefined,
      lastHeartbeatMs: clock.nowMs(),
      heartbeat: undefined,
    };
    this.byId.set(registration.resourceId, taskManager);
    this.bySession.set(peer.session.id, taskManager);
    this.liveness.heard(taskManager, clock.monotonicMs());
    log.info(
      { resourceId: registration.resourceId, slots: registration.slots, host: registration.host },
      'TaskManager registered',
    );
    this.recordStart(taskManager);
    listener.registered(taskManager);
    return { heartbeatIntervalMs, heartbeatTimeoutMs };
  }

  private heard(peer: TaskManagerPeer): TaskManager {
    const taskManager = this.bySession.get(peer.session.id);
    if (taskManager === undefined) {
      throw new WeftError('TASKMANAGER_UNKNOWN', 'This TaskManager is not registered.');
    }
    this.liveness.heard(taskManager, this.options.clock.monotonicMs());
    return taskManager;
  }

  private expireSilent(): void {
    for (const taskManager of this.liveness.takeExpired(this.options.clock.monotonicMs())) {
      this.lose(taskManager, `it was silent for more than ${this.liveness.timeoutMs} ms`, 'silent');
    }
  }

  private lose(taskManager: TaskManager, why: string, fate: Fate): void {
    const { resourceId, data } = taskManager.registration;
    const cause = new WeftError(
      'TASKMANAGER_LOST',
      `TaskManager ${resourceId} (${data.host}:${data.port}) is lost: ${why}.`,
      { subject: resourceId },
    );
    this.options.log.warn({ resourceId }, cause.message);
    this.forget(taskManager);
    taskManager.peer.close(cause);
    this.options.listener.lost(taskManager, cause, fate);
  }

  private forget(taskManager: TaskManager): void {
    this.endGrace(taskManager);
    this.liveness.forget(taskManager);
    this.bySession.delete(taskManager.peer.session.id);
    const { resourceId } = taskManager.registration;
    if (this.byId.get(resourceId) === taskManager) this.byId.delete(resourceId);
  }

  private endGrace(taskManager: TaskManager): void {
    this.grace.get(taskManager)?.();
    this.grace.delete(taskManager);
  }

  private recordStart({ registration, registeredMs }: TaskManager): void {
    const { applicationId, listener } = this.options;
    const { resourceId, host, slots, memory, hardware, pid } = registration;
    listener.event(
      chainEvent(7, 'jobmanager', registeredMs, applicationId, {
        taskManager: resourceId,
        host,
        pid,
        slots,
        memoryMb: Math.round(memory.processBytes / (1024 * 1024)),
        cpuCores: hardware.cpuCores,
      }),
    );
  }

  private recordFirstHeartbeat({ registration }: TaskManager): void {
    const { applicationId, listener, clock } = this.options;
    listener.event(chainEvent(8, 'jobmanager', clock.nowMs(), applicationId, { taskManager: registration.resourceId }));
  }
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(address);
}
