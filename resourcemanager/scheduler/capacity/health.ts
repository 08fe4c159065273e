/** What the scheduler did last, as `health` of YARN's REST API tells it. */
import type { ContainerId, NodeId } from '../../../runtime/common/ids.js';
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add } from '../resources.js';
import { restResource } from '../rest-resource.js';

/** All that was done of one kind: the last of it, and the sums since the last tick. */
class Operations {
  private nodeId: NodeId | 'N/A' = 'N/A';
  private containerId: ContainerId | 'N/A' = 'N/A';
  private queue = 'N/A';
  private count = 0;
  private resource = NOTHING;

  constructor(private readonly name: string) {}

  /** @param containerId none of a reservation */
  note(nodeId: NodeId, queue: string, resource: Resource, containerId?: ContainerId): void {
    this.nodeId = nodeId;
    this.containerId = containerId ?? 'N/A';
    this.queue = queue;
    this.count++;
    this.resource = add(this.resource, resource);
  }

  beginRun(): void {
    this.count = 0;
    this.resource = NOTHING;
  }

  last(): object {
    const { nodeId, containerId, queue } = this;
    return { operation: `last-${this.name}`, nodeId, containerId, queue };
  }

  sums(): object {
    return { operation: `${this.name}s`, count: this.count, resources: restResource(this.resource) };
  }
}

export class Health {
  readonly allocations = new Operations('allocation');
  readonly releases = new Operations('release');
  readonly preemptions = new Operations('preemption');
  readonly reservations = new Operations('reservation');
  private lastRunMs = 0;

  /** A tick: from here on the sums are counted anew. */
  beginRun(nowMs: number): void {
    this.lastRunMs = nowMs;
    for (const each of [this.allocations, this.releases, this.reservations]) each.beginRun();
  }

  /** In Hadoop's order, which sums up no preemptions. */
  restView(): object {
    const { allocations, releases, preemptions, reservations } = this;
    return {
      lastrun: this.lastRunMs,
      operationsInfo: [allocations, releases, preemptions, reservations].map((each) => each.last()),
      lastRunDetails: [releases, allocations, reservations].map((each) => each.sums()),
    };
  }
}
