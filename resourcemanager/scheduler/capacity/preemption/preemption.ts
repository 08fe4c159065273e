/** Rounds of preemption: who must give up containers, first by a notice, then by force. */
import type { ContainerId } from '../../../../runtime/common/ids.js';
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { SchedulerContainer } from '../../application.js';
import { NOTHING, describe, isNothing, map } from '../../resources.js';
import type { Decision } from '../../scheduler.js';
import type { CapacityApplication } from '../application.js';
import type { PreemptionConfig } from '../config/preemption-config.js';
import type { CapacityContext } from '../context.js';
import type { Health } from '../health.js';
import type { QueueRegistry } from '../queue-registry.js';
import type { LeafQueue } from '../queues/leaf-queue.js';
import { IdealShares, type QueueShare } from './ideal.js';
import { intraQueueDue } from './intra-queue.js';
import { snapshotOf } from './snapshot.js';
import { Victims } from './victims.js';

interface Notice {
  readonly sinceMs: number;
}

export class CapacityPreemption {
  /** Containers that were told to go. */
  private readonly notices = new Map<ContainerId, Notice>();
  private lastRoundMs: number | undefined;

  constructor(
    private readonly context: CapacityContext,
    private readonly registry: QueueRegistry,
    private readonly health: Health,
  ) {}

  /** The container has ended. */
  forget(containerId: ContainerId): void {
    this.notices.delete(containerId);
  }

  /** A round, if it is time for one. */
  tick(nowMs: number): Decision[] {
    const { preemption } = this.context.configuration;
    if (preemption === undefined) return [];
    const { lastRoundMs } = this;
    if (lastRoundMs !== undefined && nowMs > lastRoundMs && nowMs - lastRoundMs < preemption.intervalMs) return [];
    this.lastRoundMs = nowMs;
    const victims = this.choose(preemption);
    const decisions = preemption.observeOnly ? [] : this.act(victims, preemption, nowMs);
    // A notice that nothing renewed is void: its container may stay.
    for (const [id, { sinceMs }] of this.notices) {
      if (sinceMs + 2 * preemption.waitBeforeKillMs < nowMs) this.notices.delete(id);
    }
    return decisions;
  }

  private choose(config: PreemptionConfig): Victims {
    const { books, cluster } = this.context;
    const allowed = map(cluster, (value) => Math.floor(value * config.perRound));
    const victims = new Victims(this.context, allowed);
    for (const label of new Set(['', ...books.nodes.knownLabels])) {
      const total = this.context.totalOf(label);
      if (isNothing(total)) continue;
      const root = snapshotOf(this.registry.root, label);
      const mostHere = map(total, (value) => Math.floor(value * config.perRound));
      new IdealShares(this.context.calculator, total, mostHere).compute(root);
      for (const share of leavesOf(root)) {
        const due = this.dueOf(share, total, config);
        if (!isNothing(due) && !share.isUntouchable)
          victims.takeFrom(share.queue as LeafQueue, label, due, whyOf(share));
      }
      if (!config.intraQueue.enabled) continue;
      for (const share of leavesOf(root)) {
        for (const each of intraQueueDue(share, label, config.intraQueue)) victims.takeOf(each, label);
      }
    }
    return victims;
  }

  /** Only a part at a time: some containers end by themselves. Small over-use is let be. */
  private dueOf(share: QueueShare, total: Resource, config: PreemptionConfig): Resource {
    const ignored = map(share.guaranteed, (value) => Math.floor(value * (1 + config.ignoredOverCapacity)));
    if (this.context.calculator.compare(total, share.used, ignored) <= 0) return NOTHING;
    return map(share.toPreempt, (value) => Math.floor(value * config.naturalTermination));
  }

  private act(victims: Victims, config: PreemptionConfig, nowMs: number): Decision[] {
    for (const reservation of victims.reservations) this.context.books.unreserve(reservation);
    const decisions: Decision[] = [];
    for (const [container, reason] of victims.containers) {
      const notice = this.notices.get(container.containerId);
      if (notice === undefined) {
        this.notices.set(container.containerId, { sinceMs: nowMs });
        decisions.push({
          kind: 'preemption-notice',
          ...partiesOf(container),
          deadlineMs: nowMs + config.waitBeforeKillMs,
          reason,
        });
      } else if (notice.sinceMs + config.waitBeforeKillMs <= nowMs) {
        this.notices.delete(container.containerId);
        const { application, containerId, node, resource } = container;
        application.leaf.preemptedContainers++;
        this.health.preemptions.note(node.nodeId, application.queue, resource, containerId);
        decisions.push({ kind: 'preempt', ...partiesOf(container), reason });
      }
    }
    return decisions;
  }
}

function partiesOf({ application, containerId, node }: SchedulerContainer<CapacityApplication>) {
  return { applicationId: application.applicationId, containerId, nodeId: node.nodeId };
}

function leavesOf(share: QueueShare): QueueShare[] {
  return share.queue.isLeaf ? [share] : share.children.flatMap(leavesOf);
}

function whyOf({ queue, used, guaranteed, ideal }: QueueShare): string {
  return (
    `Queue ${queue.path} uses ${describe(used)} and is guaranteed ${describe(guaranteed)}; queues below their guarantee ` +
    `ask for more, which leaves it ${describe(ideal)}.`
  );
}
