/** Containers of applications from allocation to end, and who is told of them. */
import type { AllocatedContainer, ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { Allocation, Decision, Preemption } from '../scheduler/index.js';
import { isEnded, type ApplicationRecord } from './application.js';
import { latestAttempt, type Application } from './application-registry.js';
import type { AttemptRecord } from './attempt.js';
import type { ContainerEvent, ContainerRecord } from './container.js';
import { preempted } from './exits.js';
import type { ManagerContext } from './manager-context.js';
import type { Silences } from './silences.js';

/** Who answers for the containers of AppMasters: the manager of attempts. */
export interface AppMasterOwner {
  appMasterAllocated(application: Application, attempt: AttemptRecord, container: ContainerRecord): void;
  appMasterStarted(application: Application, attempt: AttemptRecord): void;
  appMasterEnded(application: Application, attempt: AttemptRecord, exit: ExitReason): void;
}

export class ContainerManager {
  constructor(
    private readonly context: ManagerContext,
    private readonly silences: Silences,
    private readonly owner: () => AppMasterOwner,
  ) {}

  /** What the Scheduler decided becomes so. */
  carryOut(decision: Decision): void {
    switch (decision.kind) {
      case 'allocate':
        this.allocated(decision);
        return;
      case 'preempt':
        this.preempted(decision);
        return;
      case 'preemption-notice': {
        const { applicationId, containerId, deadlineMs, reason } = decision;
        this.context.log.info({ containerId, deadlineMs }, `will be preempted: ${reason}`);
        this.context.applications.get(applicationId)?.link.preemption({ containerId, deadlineMs, reason });
      }
    }
  }

  /** A container gives way to others. */
  private preempted({ containerId, reason }: Preemption): void {
    const { ledger, applications, scheduler, log } = this.context;
    const container = ledger.get(containerId);
    if (container === undefined) return;
    log.warn({ containerId }, `preempted: ${reason}`);
    const { record } = applications.require(container.applicationId);
    record.preempted = withLoss(record.preempted, container, this.heldSeconds(container));
    const diagnostics = `Container preempted by the ${scheduler.name} scheduler. ${reason}`;
    this.end(container, 'kill', preempted(diagnostics));
  }

  /** The Scheduler gave a container away. */
  private allocated(allocation: Allocation): void {
    const { applications, ledger, store, clock } = this.context;
    const application = applications.require(allocation.applicationId);
    const attempt = latestAttempt(application);
    const { applicationId, attemptId, nodeId, resource, priority } = allocation;
    const container: ContainerRecord = {
      id: allocation.containerId,
      applicationId,
      attemptId,
      nodeId,
      resource,
      priority,
      isAppMaster: allocation.isAppMaster,
      state: 'ALLOCATED',
      allocatedMs: clock.nowMs(),
    };
    store.transaction(() => {
      ledger.add(container);
      if (!application.record.nodes.includes(nodeId)) {
        application.record.nodes.push(nodeId);
        applications.save(application);
      }
      this.silences.unstarted.heard(container.id, container.allocatedMs);
      if (container.isAppMaster) this.owner().appMasterAllocated(application, attempt, container);
      else this.giveTo(application, container);
    });
  }

  /** Tells the AppMaster that the container is its own; sent once this is in the store. */
  giveTo(application: Application, container: ContainerRecord): void {
    application.link.allocate(this.describe(application, container));
    this.context.ledger.move(container, 'acquire');
  }

  /** A container as its AppMaster is told of it, with a fresh token. */
  describe(application: Application, container: ContainerRecord): AllocatedContainer {
    const { id, nodeId, resource, priority } = container;
    const { tokens, clock, nodes } = this.context;
    const token = tokens.containerToken(container, application.record.user, clock.nowMs());
    return { containerId: id, nodeId, nodeHttpAddress: nodes.httpAddressOf(nodeId), resource, priority, token };
  }

  /** The node reports the container as being there. */
  started(container: ContainerRecord): void {
    const { store, ledger, applications } = this.context;
    this.silences.unstarted.forget(container.id);
    if (container.state === 'RUNNING') return;
    store.transaction(() => {
      ledger.move(container, 'launch');
      if (!container.isAppMaster) return;
      const application = applications.require(container.applicationId);
      const attempt = latestAttempt(application);
      if (attempt.containerId === container.id) this.owner().appMasterStarted(application, attempt);
    });
  }

  /** A container is over, for whatever reason: its room is free, and whoever owns it is told. */
  ended(container: ContainerRecord, event: ContainerEvent, exit: ExitReason): void {
    const { clock, ledger, applications, store, schedule } = this.context;
    if (ledger.get(container.id) !== container) return;
    store.transaction(() => {
      ledger.remove(container, event);
      this.silences.unstarted.forget(container.id);
      const application = applications.require(container.applicationId);
      const { record, link } = application;
      application.ended.add({ container, exit, endedMs: clock.nowMs() });
      this.addUsage(application, container);
      schedule({ type: 'container-ended', applicationId: record.id, containerId: container.id });
      const attempt = latestAttempt(application);
      if (attempt.containerId === container.id) this.owner().appMasterEnded(application, attempt, exit);
      else if (!isEnded(record.state)) link.complete({ containerId: container.id, exit });
    });
  }

  /** Has the node stop the container's processes, and counts it as ended. */
  end(container: ContainerRecord, event: ContainerEvent, exit: ExitReason): void {
    this.stop(container, exit);
    this.ended(container, event, exit);
  }

  /** Has the node stop the container's processes; it is over when the node says so. */
  stop(container: ContainerRecord, exit: ExitReason): void {
    const { store, nodes } = this.context;
    store.afterCommit(() => {
      nodes.stopContainer(container.nodeId, container.id, exit);
    });
  }

  /** The AppMaster's container, while it lives. */
  ofAppMaster({ containerId }: AttemptRecord): ContainerRecord | undefined {
    return containerId === undefined ? undefined : this.context.ledger.get(containerId);
  }

  private heldSeconds({ allocatedMs }: ContainerRecord): number {
    return Math.max(0, this.context.clock.nowMs() - allocatedMs) / 1000;
  }

  private addUsage(application: Application, container: ContainerRecord): void {
    const { resource } = container;
    const heldSeconds = this.heldSeconds(container);
    application.record.memoryMbSeconds += resource.memoryMb * heldSeconds;
    application.record.vcoreSeconds += resource.vcores * heldSeconds;
    this.context.applications.save(application);
  }
}

function withLoss(
  before: ApplicationRecord['preempted'],
  { isAppMaster, resource: { memoryMb, vcores } }: ContainerRecord,
  heldSeconds: number,
): NonNullable<ApplicationRecord['preempted']> {
  return {
    memoryMb: (before?.memoryMb ?? 0) + memoryMb,
    vcores: (before?.vcores ?? 0) + vcores,
    containers: (before?.containers ?? 0) + (isAppMaster ? 0 : 1),
    appMasters: (before?.appMasters ?? 0) + (isAppMaster ? 1 : 0),
    memoryMbSeconds: (before?.memoryMbSeconds ?? 0) + memoryMb * heldSeconds,
    vcoreSeconds: (before?.vcoreSeconds ?? 0) + vcores * heldSeconds,
  };
}
