/** Where the state of the ResourceManager lies, behind `StateStore`: SQLite on one host; one for many hosts fits here. */
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationId } from '../../runtime/common/ids.js';
import type { ApplicationRecord } from '../apps/application.js';
import type { AttemptRecord } from '../apps/attempt.js';
import type { ContainerRecord } from '../apps/container.js';
import type { NodeRecord } from '../nodes/node.js';

/** Kinds of records; each record has a key that is unique within its table. */
export const TABLES = ['meta', 'applications', 'attempts', 'containers', 'nodes'] as const;
export type Table = (typeof TABLES)[number];

/** One change. `body` is the record as JSON; of `meta`, plain text. */
export type StoreWrite =
  | { readonly kind: 'put'; readonly table: Table; readonly key: string; readonly body: string }
  | { readonly kind: 'delete'; readonly table: Table; readonly key: string }
  /** An event of an application. One that is there already is not kept twice: senders repeat what was not acknowledged. */
  | { readonly kind: 'append'; readonly application: ApplicationId; readonly body: string }
  /** The application with its events; its attempts and containers are deleted by writes of their own. */
  | { readonly kind: 'forget'; readonly application: ApplicationId };

/** All that is stored but events. */
export interface StoredState {
  meta: ReadonlyMap<string, string>;
  /** In the order of submission. */
  applications: ApplicationRecord[];
  /** By id. */
  attempts: AttemptRecord[];
  containers: ContainerRecord[];
  nodes: NodeRecord[];
}

export interface StoreEngine {
  /** As shown by the REST API: `sqlite`. */
  readonly name: string;
  /** What is stored. */
  read(): StoredState | Promise<StoredState>;
  /** In the order of arrival; after `read`. */
  events(application: ApplicationId): ChainEvent[];
  /**
   * Makes all of the writes durable, or none, and only while this process is the leader of its epoch. A promise when that takes
   * time; commits then become durable in the order of the calls.
   * @throws (or rejects with) RM_FENCED when another process leads, RM_STORE_FAILED when it is not known what became of them
   */
  commit(writes: readonly StoreWrite[]): void | Promise<void>;
  close(): void;
}
