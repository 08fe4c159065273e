/** A queue as it is shown: what every scheduler can say of its queues. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';

export interface QueueView {
  /** `root.a.b` */
  path: string;
  name: string;
  state: 'RUNNING' | 'DRAINING' | 'STOPPED';
  isLeaf: boolean;
  used: Resource;
  reserved: Resource;
  pending: Resource;
  pendingContainers: number;
  reservedContainers: number;
  containers: number;
  activeApplications: number;
  pendingApplications: number;
  /** What the queue is promised, and what it can never exceed. */
  guaranteed: Resource;
  maximum: Resource;
  children: QueueView[];
}

/** Figures of a queue or an application by their names, as replays and comparisons look at them. */
export type QueueFacts = Readonly<Record<string, number | string | boolean | Resource>>;
