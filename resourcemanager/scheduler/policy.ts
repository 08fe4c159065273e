/**
 * What differs between FIFO, Fair and Capacity: which queues there are, in which order queues and applications are
 * served, which limits hold, and what is preempted. Everything else is the core's (`scheduler-core.ts`).
 *
 * The core keeps the books of nodes, containers, asks and reservations and tells the policy of every change; the policy
 * says who gets the next container of a node (`placeNext`) and changes the books through `SchedulerBooks`.
 */
import type { ApplicationId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { ApplicationDescription, Reservation, SchedulerApplication, SchedulerContainer } from './application.js';
import type { AskGroup, Locality } from './ask-table.js';
import type { ResourceCalculator } from './calculator.js';
import type { NodeTable } from './node-table.js';
import type { SchedulerNode } from './node.js';
import type { PolicyFiles } from './policy-files.js';
import type { QueueFacts, QueueView } from './queue-view.js';
import type { Gate, Refusal } from './refusals.js';
import type { Admission, Allocation, Decision } from './scheduler.js';
import type { SchedulerSettings } from './settings.js';

/**
 * Why demand changes: the application asked; it asks for another size or label than before, which is told as less and
 * then more; a container was allocated; or its attempt is over.
 */
export type DemandCause = 'asked' | 'resized' | 'allocated' | 'dropped';

/** What was done for a node: a container was allocated, or the node was reserved for one. */
export interface Placement {
  readonly kind: 'allocated' | 'reserved';
  readonly resource: Resource;
  readonly locality: Locality;
  /** Of an allocation. */
  readonly decision?: Allocation;
}

/** What one heartbeat of a node has brought so far. */
export interface Pass {
  readonly node: SchedulerNode;
  /** What was free at its beginning. */
  readonly freeBefore: Resource;
  assigned: Resource;
  placements: number;
  offSwitch: number;
  last: Placement;
}

/** The books that the core keeps and policies change. */
export interface SchedulerBooks<A extends SchedulerApplication> {
  readonly nodes: NodeTable;
  readonly settings: SchedulerSettings;
  /** Those that are there, in the order of their submission to this Scheduler. */
  readonly applications: ReadonlyMap<ApplicationId, A>;
  /** Books one container of the group on the node; fulfils the node's reservation if the group holds it. */
  allocate(application: A, group: AskGroup, node: SchedulerNode, locality: Locality): Placement;
  /** Keeps the node for the group; a reservation that it has already is renewed. */
  reserve(application: A, group: AskGroup, node: SchedulerNode, locality: Locality, nowMs: number): Placement;
  unreserve(reservation: Reservation): void;
  /** The reservation of a node. */
  reservationOf(node: SchedulerNode): Reservation<A> | undefined;
  /** What containers and reservations use of the nodes of a label. */
  usedOf(label: string): Resource;
}

export interface SchedulingPolicy<A extends SchedulerApplication = SchedulerApplication> {
  readonly name: string;
  readonly calculator: ResourceCalculator;
  readonly queues: readonly string[];
  readonly warnings: readonly string[];
  /** Called once, before anything else. */
  attach(books: SchedulerBooks<A>): void;

  newApplication(description: ApplicationDescription): A;
  resolveQueue(name: string): string | undefined;
  place(admission: Admission): { queue: string } | { refusal: Refusal } | undefined;
  admit(admission: Admission): { queue: string } | { refusal: Refusal };
  checkMove(application: A, queue: string): Refusal | undefined;
  effectivePriority(priority: number): number;
  checkPriority(): Refusal | undefined;
  /** What becomes of the lifetime that an application of the queue wants, milliseconds; undefined = unlimited. */
  lifetimeIn(queue: string, wantedMs: number | undefined): number | undefined;
  /** Largest container of the queue, where it sets one: of each type that it names. */
  largestIn(queue: string): Partial<Resource>;
  /** Why nothing of this size, or with this label, is for the queue; undefined = it may be asked for. */
  askRefusal(queue: string, size: Resource, label: string): Refusal | undefined;
  mayAccess(user: string, groups: readonly string[], queue: string, action: 'submit' | 'administer'): boolean;
  /** @throws RM_BAD_QUEUES, CONFIG_BAD_VALUE, with nothing changed */
  refresh(files: PolicyFiles): void;

  /** The size of a container for such an ask. */
  normalize(ask: Resource, maximum: Resource): Resource;
  /** The node label of an ask that names none. */
  defaultLabel(application: A): string;

  applicationAdded(application: A): void;
  applicationRemoved(application: A): void;
  /** A new attempt: its AppMaster has not been allocated yet. */
  attemptStarted(application: A): void;
  applicationMoved(application: A, queue: string): void;
  /** Makes the change of priority, which the order of applications may depend on. */
  changePriority(application: A, change: () => void): void;
  /** The application wants so many more (or fewer) containers of the group than before. */
  demandChanged(application: A, group: AskGroup, change: number, cause: DemandCause): void;
  /** A container is booked (also one that was recovered); demand was told already. */
  containerAdded(container: SchedulerContainer<A>): void;
  containerRemoved(container: SchedulerContainer<A>): void;
  /** A reservation was made; it counts as used by its queue. */
  reservationAdded(reservation: Reservation<A>): void;
  reservationRemoved(reservation: Reservation<A>): void;
  /** A node came, went or changed its size. */
  clusterChanged(): void;

  /** One container for the node, or a reservation of it; undefined when nothing can be placed there now. */
  placeNext(node: SchedulerNode, nowMs: number): Placement | undefined;
  /** Whether a heartbeat of the node goes on after what it has brought so far. */
  goesOn(pass: Pass): boolean;
  /** Shares are worked out anew; what has to give way to others is answered. */
  tick(nowMs: number): Decision[];

  /** What the application could still get. */
  headroom(application: A): Resource;
  isActive(application: A): boolean;
  /** The gates of the queue and the user, in order; those of nodes follow and are the core's. */
  gates(application: A, group: AskGroup | undefined, nowMs: number): Gate[];
  queueTree(): QueueView;
  queueFacts(queue: string, label: string): QueueFacts | undefined;
  applicationFacts(application: A): QueueFacts;
  /** `schedulerInfo` of YARN's REST API. */
  schedulerInfo(): object;
}
