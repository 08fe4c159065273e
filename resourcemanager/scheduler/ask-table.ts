/** What one application still asks for, aggregated by priority, label, size and resource name. */
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, times } from './resources.js';

/** The resource name that any node answers. */
export const ANY = '*';

/** Where a container is in relation to what was asked for. */
export type Locality = 'node' | 'rack' | 'off-switch';

/** Groups that want nothing are kept for their counters, up to this many. */
const MAX_IDLE_GROUPS = 32;

interface AskLine {
  count: number;
  relaxLocality: boolean;
}

/** Asks of one priority. The `*` line says how many containers are wanted, and of which size; the others say where. */
export class AskGroup {
  /** Containers wanted. */
  pending = 0;
  /** Whether the `*` line lets containers go anywhere. */
  relaxed = true;
  /** Hosts and racks that are named. */
  readonly places = new Map<string, AskLine>();
  /** Chances to place a container that were let pass in the hope of a better place. */
  missed = 0;
  /** Chances on nodes with another label that were let pass. */
  missedOnLabels = 0;
  /** Reservations held for this group, and how often one was renewed in vain. */
  reserved = 0;
  reReservations = 0;

  constructor(
    readonly priority: number,
    public label: string,
    public resource: Resource,
  ) {}

  /** Whether a container may be placed by the line of this host or rack. */
  wants(place: string, needsRelaxed: boolean): boolean {
    const line = this.places.get(place);
    return line !== undefined && line.count > 0 && (!needsRelaxed || line.relaxLocality);
  }

  /** Whether it names this host or rack at all. */
  names(place: string): boolean {
    return (this.places.get(place)?.count ?? 0) > 0;
  }

  /** The nearest relation that this host and rack are in. */
  localityAt(host: string, rack: string): Locality {
    if (this.places.size === 0) return 'off-switch';
    return this.names(host) ? 'node' : this.names(rack) ? 'rack' : 'off-switch';
  }

  get isIdle(): boolean {
    return this.pending === 0 && this.places.size === 0 && this.reserved === 0;
  }
}

export class AskTable {
  /** Sorted: the lowest priority number is served first. */
  readonly groups: AskGroup[] = [];
  pendingContainers = 0;

  /** The asks of a priority; there are none of this size and label yet where the priority is new. */
  groupFor(priority: number, label: string, resource: Resource): AskGroup {
    const known = this.groups.find((group) => group.priority === priority);
    if (known !== undefined) return known;
    if (this.groups.length > MAX_IDLE_GROUPS) this.forgetIdle();
    const group = new AskGroup(priority, label, resource);
    this.groups.push(group);
    this.groups.sort((a, b) => a.priority - b.priority);
    return group;
  }

  /** Where containers of the group are wanted: REPLACES what was said of this host or rack. */
  setPlace({ places }: AskGroup, { resourceName, numContainers, relaxLocality }: ResourceRequest): void {
    if (numContainers === 0) places.delete(resourceName);
    else places.set(resourceName, { count: numContainers, relaxLocality });
  }

  /** How many containers are wanted: REPLACES the count, it is not a delta (as in YARN). @returns the change */
  setPending(group: AskGroup, containers: number): number {
    const change = containers - group.pending;
    group.pending = containers;
    this.pendingContainers += change;
    return change;
  }

  /** One container was allocated: the lines of the place that it answers go down together with `*`. */
  take(group: AskGroup, locality: Locality, host: string, rack: string): void {
    group.pending--;
    this.pendingContainers--;
    if (locality === 'off-switch' || group.places.size === 0) return;
    if (locality === 'node') lowerLine(group, host);
    lowerLine(group, rack);
  }

  /** The first group that wants containers, in the order of serving. */
  get next(): AskGroup | undefined {
    return this.groups.find((group) => group.pending > 0);
  }

  get pendingResource(): Resource {
    return this.groups.reduce((sum, group) => add(sum, times(group.resource, group.pending)), NOTHING);
  }

  /** What is asked for of the nodes of a label. */
  pendingWith(label: string): Resource {
    let sum = NOTHING;
    for (const group of this.groups) if (group.label === label) sum = add(sum, times(group.resource, group.pending));
    return sum;
  }

  clear(): void {
    this.groups.length = 0;
    this.pendingContainers = 0;
  }

  private forgetIdle(): void {
    const wanted = this.groups.filter((group) => !group.isIdle);
    this.groups.splice(0, this.groups.length, ...wanted);
  }
}

function lowerLine({ places }: AskGroup, place: string): void {
  const line = places.get(place);
  if (line !== undefined && --line.count <= 0) places.delete(place);
}
