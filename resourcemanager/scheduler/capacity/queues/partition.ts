/** What one queue has, uses and is asked for in one partition (the nodes of one label; '' = those without). */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING } from '../../resources.js';

export class PartitionState {
  /** Containers and reservations. */
  used: Resource = NOTHING;
  /** Without reservations. */
  containers = 0;
  reserved: Resource = NOTHING;
  pending: Resource = NOTHING;
  pendingContainers = 0;
  /** AppMasters of active applications, whether their containers are there yet or not. */
  amUsed: Resource = NOTHING;
  amLimit: Resource = NOTHING;

  /** Parts of the parent and of the cluster, as 32-bit floats. */
  capacity = 0;
  absoluteCapacity = 0;
  maximumCapacity = 1;
  absoluteMaximumCapacity = 1;
  /** Part among siblings that are measured by weights; 0 otherwise. */
  normalizedWeight = 0;
  /** The same in amounts. */
  guaranteed: Resource = NOTHING;
  maximum: Resource = NOTHING;

  /** Used in relation to the guarantee, and to the cluster: the first is what siblings are ordered by. */
  usedCapacity = 0;
  absoluteUsedCapacity = 0;

  constructor(readonly label: string) {}
}
