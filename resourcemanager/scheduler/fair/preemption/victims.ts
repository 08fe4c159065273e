/** Which containers of one node would have to go so that a container of a given size fits there. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { SchedulerContainer } from '../../application.js';
import { DOMINANT_CALCULATOR } from '../../calculator.js';
import type { SchedulerNode } from '../../node.js';
import { NOTHING, add, floored, subtract } from '../../resources.js';
import type { FairApplication } from '../application.js';

export interface Victims {
  readonly containers: readonly SchedulerContainer<FairApplication>[];
  readonly appMasters: number;
}

/** Over all nodes the one with the fewest AppMasters among its victims; the first without any is taken. */
export function victimsFor(
  size: Resource,
  nodes: Iterable<SchedulerNode>,
  claimedOf: (node: SchedulerNode) => Resource,
): Victims | undefined {
  let best: Victims | undefined = undefined;
  for (const node of nodes) {
    const found = victimsOn(size, node, claimedOf(node), best?.appMasters ?? Number.POSITIVE_INFINITY);
    if (found === undefined) continue;
    if (found.appMasters === 0) return found;
    best = found;
  }
  return best;
}

/** @param below fewer AppMasters than this must be among them */
function victimsOn(size: Resource, node: SchedulerNode, claimed: Resource, below: number): Victims | undefined {
  const containers: SchedulerContainer<FairApplication>[] = [];
  const taken = new Map<FairApplication, Resource>();
  let [appMasters, room] = [0, floored(subtract(node.free, claimed))];
  for (const container of mayGo(node)) {
    const { application, resource } = container;
    const already = taken.get(application) ?? NOTHING;
    if (canSpare(application, add(already, resource))) {
      if (container.isAppMaster && ++appMasters >= below) return undefined;
      containers.push(container);
      taken.set(application, add(already, resource));
      room = add(room, resource);
    }
    if (DOMINANT_CALCULATOR.fits(size, room)) return { containers, appMasters };
  }
  return undefined;
}

/** The newest first, AppMasters last. */
function mayGo(node: SchedulerNode): SchedulerContainer<FairApplication>[] {
  const all = ([...node.containers.values()] as SchedulerContainer<FairApplication>[]).reverse();
  const here = all.filter(({ application, containerId }) => !application.givingWay.has(containerId));
  return [...here.filter(({ isAppMaster }) => !isAppMaster), ...here.filter(({ isAppMaster }) => isAppMaster)];
}

/** Whether the application has its fair share still without so much, and without what goes already. */
function canSpare(application: FairApplication, loss: Resource): boolean {
  const { leaf, usage, fairShare, givingWay, containers } = application;
  if (!leaf.isPreemptable) return false;
  let left = subtract(usage, loss);
  for (const id of givingWay) left = subtract(left, containers.get(id)?.resource ?? NOTHING);
  return leaf.policy.calculator.compare(leaf.context.cluster, left, fairShare) >= 0;
}
