/** A Scheduler with the world around it simulated: nodes, applications that pick up containers, and a clock. */
import {
  applicationAttemptId,
  applicationId,
  nodeId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '../../runtime/common/ids.js';
import type { RawEntry } from '../../runtime/common/config/configuration.js';
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import {
  createScheduler,
  type Allocation,
  type NodeUsage,
  type PolicyFiles,
  type Scheduler,
  type SchedulerEvent,
} from '../../resourcemanager/scheduler/index.js';

export interface SimulatedApplication {
  readonly id: ApplicationId;
  /** What it runs, the newest last. */
  readonly containers: Map<ContainerId, Allocation>;
  /** As it was told at its last call. */
  headroom: Resource;
}

export class SimulatedCluster {
  readonly scheduler: Scheduler;
  nowMs = 1_000_000;
  /** Containers that were allocated so far. */
  allocations = 0;
  readonly applications = new Map<string, SimulatedApplication>();
  private readonly byId = new Map<ApplicationId, SimulatedApplication>();
  readonly nodes = new Map<string, NodeId>();
  private submissions = 0;

  /**
   * @param remembersContainers whether applications know what they run; a measurement does without
   * @throws RM_UNKNOWN_SCHEDULER, RM_BAD_QUEUES
   */
  constructor(
    kind: string,
    files: PolicyFiles,
    private readonly remembersContainers = true,
  ) {
    const text = (key: string): string | undefined => files.capacity.get(key)?.value;
    const number = (key: string, byDefault: number): number => Number(text(key) ?? byDefault);
    this.scheduler = createScheduler(
      kind,
      {
        minimum: {
          memoryMb: number('yarn.scheduler.minimum-allocation-mb', 1024),
          vcores: number('yarn.scheduler.minimum-allocation-vcores', 1),
        },
        maximumMemoryMb: number('yarn.scheduler.maximum-allocation-mb', 8192),
        maximumVcores: number('yarn.scheduler.maximum-allocation-vcores', 4),
        epoch: 0,
        placement: 'heartbeat',
      },
      'the scenario',
      files,
    );
  }

  /** Tells the Scheduler, and does what it decides. */
  apply(event: SchedulerEvent): void {
    for (const decision of this.scheduler.apply(event, this.nowMs)) {
      const application = this.byId.get(decision.applicationId);
      if (decision.kind === 'allocate' && application !== undefined) {
        this.allocations++;
        if (this.remembersContainers) application.containers.set(decision.containerId, decision);
      } else if (decision.kind === 'preempt' && application !== undefined) this.end(application, decision.containerId);
    }
  }

  addNode(name: string, capacity: Resource, place: { rack?: string; label?: string } = {}): void {
    const id = nodeId(name, 1);
    this.nodes.set(name, id);
    const { rack = '/default-rack', label = '' } = place;
    this.apply({ type: 'node-updated', node: { nodeId: id, host: name, rack, capacity, schedulable: true, label } });
  }

  removeNode(name: string): void {
    const id = this.nodes.get(name);
    if (id === undefined) return;
    this.nodes.delete(name);
    this.apply({ type: 'node-removed', nodeId: id });
    for (const application of this.applications.values()) {
      for (const container of [...application.containers.values()]) {
        if (container.nodeId === id) this.end(application, container.containerId);
      }
    }
  }

  heartbeat(name: string): void {
    const id = this.nodes.get(name);
    if (id !== undefined) this.apply({ type: 'node-heartbeat', nodeId: id });
  }

  /** @returns undefined where the queue does not take it */
  submit(
    name: string,
    submission: { queue: string; user: string; priority: number; amResource: Resource | undefined },
  ): SimulatedApplication | undefined {
    const { queue, user, priority, amResource } = submission;
    const submissionOrder = ++this.submissions;
    const admitted = this.scheduler.admit({ user, queue, groups: [user], isPlaced: true });
    if ('refusal' in admitted) return undefined;
    const id = applicationId(1, submissionOrder);
    const application = { id, containers: new Map<ContainerId, Allocation>(), headroom: { memoryMb: 0, vcores: 0 } };
    this.applications.set(name, application);
    this.byId.set(id, application);
    this.apply({
      ...{ type: 'application-added', applicationId: id, queue: admitted.queue, user, submissionOrder, priority },
      label: '',
      ...(amResource === undefined ? {} : { amResource }),
    });
    this.apply({ type: 'attempt-added', applicationId: id, attemptId: applicationAttemptId(id, 1) });
    return application;
  }

  ask(application: SimulatedApplication, asks: readonly ResourceRequest[]): void {
    const { id } = application;
    this.apply({ type: 'asked', applicationId: id, asks, blacklistAdditions: [], blacklistRemovals: [] });
    application.headroom = this.scheduler.headroom(id);
  }

  /** Every application makes its call and hears what it has got and could get. */
  acquireAll(): void {
    for (const application of this.applications.values()) {
      application.headroom = this.scheduler.headroom(application.id);
    }
  }

  /** In the order in which the node lists them. */
  containersOn(name: string): NodeUsage['containers'] {
    const id = this.nodes.get(name);
    return (id && this.scheduler.nodeUsage(id)?.containers) ?? [];
  }

  byApplicationId(id: ApplicationId): SimulatedApplication | undefined {
    return this.byId.get(id);
  }

  end(application: SimulatedApplication, containerId: ContainerId): void {
    application.containers.delete(containerId);
    this.apply({ type: 'container-ended', applicationId: application.id, containerId });
  }

  finish(application: SimulatedApplication): void {
    application.containers.clear();
    this.apply({ type: 'application-removed', applicationId: application.id });
  }
}

/** The keys of a scenario, as if they stood in Hadoop's files. */
export function policyFilesOf(
  conf: Readonly<Record<string, string>>,
  allocations: string | undefined,
  origin: string,
): PolicyFiles {
  const entries = new Map(Object.entries(conf).map(([key, value]): [string, RawEntry] => [key, { value, origin }]));
  const file = allocations === undefined ? undefined : { text: allocations, path: origin };
  return { site: entries, capacity: entries, allocations: file };
}
