/** A node as the Scheduler sees it. */
import type { NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { Reservation, SchedulerContainer } from './application.js';

export interface NodeDescription {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly rack: string;
  readonly capacity: Resource;
  /** False while the node is unhealthy or its connection is broken: nothing new is placed there. */
  readonly schedulable: boolean;
  /** Its node label (partition). @default '' */
  readonly label?: string;
}

export interface SchedulerNode {
  readonly nodeId: NodeId;
  readonly host: string;
  rack: string;
  label: string;
  capacity: Resource;
  free: Resource;
  /** The latest last. */
  readonly containers: Set<SchedulerContainer>;
  reservation: Reservation | undefined;
  schedulable: boolean;
  /** Its place in the index of all nodes, and in that of its rack. */
  slot: number;
  rackSlot: number;
}
