/** What one application still asks for, aggregated by priority, size and resource name. */
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, times } from './resources.js';

/** The resource name that any node answers. */
export const ANY = '*';

interface AskLine {
  count: number;
  relaxLocality: boolean;
}

/** Asks of one priority and size. The count of the `*` line is how many containers are wanted; the others say where. */
export interface AskGroup {
  readonly priority: number;
  readonly resource: Resource;
  readonly lines: Map<string, AskLine>;
}

export function pendingOf(group: AskGroup): number {
  return group.lines.get(ANY)?.count ?? 0;
}

/** Whether a container may be placed by this line: on the host, in the rack, anywhere. */
export function allowsBy(group: AskGroup, resourceName: string, needsRelaxed: boolean): boolean {
  const line = group.lines.get(resourceName);
  return line !== undefined && line.count > 0 && (!needsRelaxed || line.relaxLocality);
}

export class AskTable {
  /** Sorted: the lowest priority number is served first; within one, the smaller size. */
  private readonly groups: AskGroup[] = [];

  /** An ask REPLACES the count for its priority, size and resource name; it is not a delta (as in YARN). */
  replace(request: ResourceRequest): void {
    const group = this.groupFor(request.priority, request.resource);
    if (request.numContainers === 0) group.lines.delete(request.resourceName);
    else {
      group.lines.set(request.resourceName, {
        count: request.numContainers,
        relaxLocality: request.relaxLocality,
      });
    }
    if (group.lines.size === 0) this.groups.splice(this.groups.indexOf(group), 1);
  }

  /** One container was allocated on that host and rack: the lines of host, rack and `*` go down together. */
  take(group: AskGroup, host: string, rack: string): void {
    for (const name of [host, rack, ANY]) {
      const line = group.lines.get(name);
      if (line !== undefined && --line.count <= 0) group.lines.delete(name);
    }
    if (group.lines.size === 0) this.groups.splice(this.groups.indexOf(group), 1);
  }

  /** The groups that want containers, in the order to be served. */
  waiting(): AskGroup[] {
    return this.groups.filter((group) => pendingOf(group) > 0);
  }

  /** The group that is served first. */
  get next(): AskGroup | undefined {
    return this.groups.find((group) => pendingOf(group) > 0);
  }

  get pendingContainers(): number {
    return this.groups.reduce((sum, group) => sum + pendingOf(group), 0);
  }

  get pendingResource(): Resource {
    return this.groups.reduce((sum, group) => add(sum, times(group.resource, pendingOf(group))), NOTHING);
  }

  clear(): void {
    this.groups.length = 0;
  }

  private groupFor(priority: number, resource: Resource): AskGroup {
    const known = this.groups.find((group) => compare(group, { priority, resource }) === 0);
    if (known !== undefined) return known;
    const group: AskGroup = { priority, resource, lines: new Map() };
    this.groups.push(group);
    this.groups.sort(compare);
    return group;
  }
}

function compare(a: Pick<AskGroup, 'priority' | 'resource'>, b: Pick<AskGroup, 'priority' | 'resource'>): number {
  return a.priority - b.priority || a.resource.memoryMb - b.resource.memoryMb || a.resource.vcores - b.resource.vcores;
}
