/**
 * Makes room for applications that have lacked their share for too long: containers of others that have more than theirs
 * go, enough on one node for one container each time, and that room is kept for who lacked it.
 */
import type { NodeId } from '../../../../runtime/common/ids.js';
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { SchedulerContainer } from '../../application.js';
import { MEMORY_CALCULATOR } from '../../calculator.js';
import type { AskGroup } from '../../ask-table.js';
import type { SchedulerNode } from '../../node.js';
import { NOTHING, add, describe, floored, isNothing, subtract, times } from '../../resources.js';
import type { Decision } from '../../scheduler.js';
import type { FairApplication } from '../application.js';
import type { FairContext } from '../context.js';
import type { QueueRegistry } from '../queue-registry.js';
import { starvedIn } from './starvation.js';
import { victimsFor } from './victims.js';

interface Sentence {
  readonly container: SchedulerContainer<FairApplication>;
  readonly dueMs: number;
  readonly reason: string;
}

export class FairPreemption {
  private sentences: Sentence[] = [];
  /** Room that is kept on nodes, for whom. */
  private readonly claims = new Map<NodeId, Map<FairApplication, Resource>>();

  constructor(
    private readonly context: FairContext,
    private readonly registry: QueueRegistry,
  ) {}

  tick(nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    if (this.isWanted()) {
      for (const leaf of this.registry.leaves()) {
        for (const application of starvedIn(leaf, nowMs)) {
          decisions.push(...this.makeRoomFor(application, nowMs));
          application.nextStarvationCheckMs = nowMs + this.context.settings.starvationPauseMs;
        }
      }
    }
    decisions.push(...this.carryOut(nowMs));
    return decisions;
  }

  /** Those for whom room is kept on the node, and that still want some. */
  claimantsOn({ nodeId }: SchedulerNode): FairApplication[] {
    const claims = this.claims.get(nodeId);
    if (claims === undefined) return [];
    for (const application of claims.keys()) if (!application.wantsMore) claims.delete(application);
    if (claims.size === 0) this.claims.delete(nodeId);
    return [...claims.keys()];
  }

  /** The application got a container on the node. */
  settle(application: FairApplication, { nodeId }: SchedulerNode, got: Resource): void {
    const claims = this.claims.get(nodeId);
    const claim = claims?.get(application);
    if (claims === undefined || claim === undefined) return;
    const rest = floored(subtract(claim, got));
    if (isNothing(rest)) claims.delete(application);
    else claims.set(application, rest);
  }

  /** The container has ended, of itself or by force. */
  forget({ application, containerId }: SchedulerContainer<FairApplication>): void {
    if (!application.givingWay.delete(containerId)) return;
    this.sentences = this.sentences.filter(({ container }) => container.containerId !== containerId);
  }

  forgetApplication(application: FairApplication): void {
    for (const claims of this.claims.values()) claims.delete(application);
  }

  private isWanted(): boolean {
    const { settings, cluster, books } = this.context;
    if (!settings.preemption || cluster.memoryMb === 0) return false;
    const { memoryMb, vcores } = books.nodes.used;
    return Math.max(memoryMb / cluster.memoryMb, vcores / cluster.vcores) > settings.utilizationThreshold;
  }

  private makeRoomFor(application: FairApplication, nowMs: number): Decision[] {
    const notices: Decision[] = [];
    let lacking = application.starvation;
    for (const group of application.asks.groups) {
      const most = isNothing(group.resource) ? 0 : MEMORY_CALCULATOR.ratio(lacking, group.resource);
      const count = Math.min(group.pending, Math.floor(most));
      for (let i = 0; i < count; i++) notices.push(...this.makeRoomForOne(application, group, nowMs));
      lacking = floored(subtract(lacking, times(group.resource, count)));
    }
    return notices;
  }

  private makeRoomForOne(application: FairApplication, group: AskGroup, nowMs: number): Decision[] {
    const { nodes } = this.context.books;
    const claimedOf = ({ nodeId, reservation }: SchedulerNode): Resource => {
      const claims = [...(this.claims.get(nodeId)?.values() ?? [])];
      return claims.reduce((sum, claim) => add(sum, claim), reservation?.resource ?? NOTHING);
    };
    const wanted = [...nodes.values()].filter(({ host, rack }) => group.names(host) || group.names(rack));
    let found = victimsFor(group.resource, wanted, claimedOf);
    // No AppMaster goes for the sake of a better place, and where no place is named any will do.
    if ((found === undefined || found.appMasters > 0) && group.relaxed) {
      found = victimsFor(group.resource, nodes.values(), claimedOf);
    }
    const [first] = found?.containers ?? [];
    if (found === undefined || first === undefined) return [];
    const claims = this.claims.get(first.node.nodeId) ?? new Map<FairApplication, Resource>();
    const freed = found.containers.reduce((sum, { resource }) => add(sum, resource), NOTHING);
    claims.set(application, add(claims.get(application) ?? NOTHING, freed));
    this.claims.set(first.node.nodeId, claims);
    return found.containers.map((container) => this.sentence(container, application, nowMs));
  }

  private sentence(
    container: SchedulerContainer<FairApplication>,
    { applicationId: forWhom, leaf, starvation }: FairApplication,
    nowMs: number,
  ): Decision {
    const { application, containerId, node } = container;
    const dueMs = nowMs + this.context.settings.waitBeforeKillMs;
    const reason =
      `Preempted for ${forWhom} in ${leaf.path}, which lacks ${describe(starvation)} of its share; ` +
      `${application.applicationId} in ${application.leaf.path} uses ${describe(application.usage)}, and its fair share is ` +
      `${describe(application.fairShare)}.`;
    application.givingWay.add(containerId);
    this.sentences.push({ container, dueMs, reason });
    const { applicationId } = application;
    return { kind: 'preemption-notice', applicationId, containerId, nodeId: node.nodeId, deadlineMs: dueMs, reason };
  }

  private carryOut(nowMs: number): Decision[] {
    const due = this.sentences.filter(({ dueMs }) => dueMs <= nowMs);
    this.sentences = this.sentences.filter(({ dueMs }) => dueMs > nowMs);
    return due.map(({ container, reason }) => {
      const { application, containerId, node } = container;
      for (const queue of application.leaf.lineage) queue.preemptedContainers++;
      return { kind: 'preempt', applicationId: application.applicationId, containerId, nodeId: node.nodeId, reason };
    });
  }
}
