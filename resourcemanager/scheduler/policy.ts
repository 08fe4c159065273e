/** What differs between FIFO, Fair and Capacity: the queues, the order in which applications are served, and limits. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { AskTable } from './ask-table.js';
import type { ResourceCalculator } from './resources.js';
import type { Refusal } from './scheduler.js';

/** An application as the Scheduler sees it. */
export interface SchedulerApplication {
  readonly applicationId: ApplicationId;
  readonly queue: string;
  readonly user: string;
  /** Grows with each submission. */
  readonly submissionOrder: number;
  readonly asks: AskTable;
  readonly blacklist: Set<string>;
  readonly containers: Map<ContainerId, { nodeId: NodeId; resource: Resource }>;
  attemptId: ApplicationAttemptId | undefined;
  /** Number of the next container of the attempt. */
  nextContainer: number;
  used: Resource;
  /** Memory of the container that it wants next. */
  nextMb: number | undefined;
  /** Since when asks have been open without a break. */
  waitingSinceMs: number | undefined;
}

export interface SchedulingPolicy {
  readonly name: string;
  readonly calculator: ResourceCalculator;
  readonly queues: readonly string[];
  resolveQueue(name: string): string | undefined;
  /** The application has open asks (again). Idempotent. */
  waits(application: SchedulerApplication): void;
  /** The application has no open asks any more. Idempotent. */
  rests(application: SchedulerApplication): void;
  /** The applications with open asks, in the order to be served now. */
  inOrder(): readonly SchedulerApplication[];
  /** A limit that forbids the application one more container of this size, although a node might have room. */
  refuses(application: SchedulerApplication, ask: Resource): Refusal | undefined;
}
