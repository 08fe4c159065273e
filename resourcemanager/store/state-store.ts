/**
 * What must survive a restart of the ResourceManager: written before anybody is told of it. Called by the managers of
 * applications and nodes; it decides nothing. Changes are made in memory and gathered per transaction; the engine makes
 * them durable, at once or a little later. What follows from them (`afterCommit`) and the answers to whoever asked
 * (`durable`) wait for that. When the engine fails, neither ever happens, and this process must not lead any longer.
 */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { ApplicationRecord } from '../apps/application.js';
import type { AttemptRecord } from '../apps/attempt.js';
import type { ContainerRecord } from '../apps/container.js';
import type { NodeRecord } from '../nodes/node.js';
import type { StoreEngine, StoredState, StoreWrite, Table } from './store-engine.js';

interface Transaction {
  /** The last write to a record counts; its text is made when the transaction is over. */
  readonly records: Map<string, { table: Table; key: string; record: object | string | undefined }>;
  readonly others: StoreWrite[];
  readonly effects: (() => void)[];
}

/** The tie to whoever decides whether this process leads. */
export interface LeadOfStore {
  isLeading(): boolean;
  /** Memory is ahead of what is stored and will stay so: whoever leads must stop and read it anew. Called once. */
  onBroken(error: Error): void;
}

export class StateStore {
  private open: Transaction | undefined;
  /** Of the last commit that is under way. */
  private underWay: Promise<void> | undefined;
  private broken: Error | undefined;

  private constructor(
    private readonly engine: StoreEngine,
    private readonly metaValues: Map<string, string>,
    private readonly lead: LeadOfStore,
  ) {}

  /** The store, and what it holds at the start. */
  static async over(engine: StoreEngine, lead: LeadOfStore): Promise<{ store: StateStore; state: StoredState }> {
    const state = await engine.read();
    return { store: new StateStore(engine, new Map(state.meta), lead), state };
  }

  get engineName(): string {
    return this.engine.name;
  }

  /** All writes inside become durable together, or none. Nested calls join the outermost. */
  transaction<T>(body: () => T): T {
    if (this.open !== undefined) return body();
    const transaction: Transaction = { records: new Map(), others: [], effects: [] };
    this.open = transaction;
    let result: T;
    try {
      result = body();
    } finally {
      this.open = undefined;
    }
    this.commit(transaction);
    return result;
  }

  /** Stands for the transaction that is open; undefined outside. */
  get openTransaction(): object | undefined {
    return this.open;
  }

  /** Does something once everything up to here is durable: after the open transaction and those under way, or at once. */
  afterCommit(effect: () => void): void {
    if (this.open !== undefined) this.open.effects.push(effect);
    else this.commit({ records: new Map(), others: [], effects: [effect] });
  }

  /**
   * Resolves when everything up to here is durable; undefined if it is already.
   * @throws RM_NOT_ACTIVE; it (or the promise) also fails with what the engine failed with
   */
  durable(): Promise<void> | undefined {
    if (this.broken !== undefined) throw this.broken;
    if (!this.lead.isLeading()) throw new WeftError('RM_NOT_ACTIVE', 'The term of this ResourceManager is over.');
    return this.underWay;
  }

  /** This process leads no longer: nothing is written, told or answered from now on. */
  break(reason: Error): void {
    this.broken ??= reason;
  }

  meta(key: string): string | undefined {
    return this.metaValues.get(key);
  }

  setMeta(key: string, value: string): void {
    this.metaValues.set(key, value);
    this.put('meta', key, value);
  }

  saveApplication(record: ApplicationRecord): void {
    this.put('applications', record.id, record);
  }

  /** Forgets an application with its attempts and events. It has no containers any more. */
  deleteApplication(id: ApplicationId, attempts: readonly AttemptRecord[]): void {
    this.transaction(() => {
      for (const attempt of attempts) this.put('attempts', attempt.id, undefined);
      this.put('applications', id, undefined);
      this.open?.others.push({ kind: 'forget', application: id });
    });
  }

  saveAttempt(record: AttemptRecord): void {
    this.put('attempts', record.id, record);
  }

  saveContainer(record: ContainerRecord): void {
    this.put('containers', record.id, record);
  }

  deleteContainer(id: ContainerId): void {
    this.put('containers', id, undefined);
  }

  saveNode(record: NodeRecord): void {
    this.put('nodes', record.id, record);
  }

  deleteNode(id: NodeId): void {
    this.put('nodes', id, undefined);
  }

  /** Keeps the event unless exactly this one is there already. */
  appendEvent(event: ChainEvent): void {
    this.transaction(() => {
      const body = JSON.stringify(event);
      this.open?.others.push({ kind: 'append', application: event.applicationId as ApplicationId, body });
    });
  }

  /** Those that were durable a moment ago. */
  events(id: ApplicationId): ChainEvent[] {
    return this.engine.events(id);
  }

  close(): void {
    this.engine.close();
  }

  private put(table: Table, key: string, record: object | string | undefined): void {
    this.transaction(() => {
      this.open?.records.set(`${table}/${key}`, { table, key, record });
    });
  }

  private commit(transaction: Transaction): void {
    if (this.broken !== undefined) return;
    const writes = writesOf(transaction);
    let written: void | Promise<void>;
    try {
      written = writes.length === 0 ? undefined : this.engine.commit(writes);
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    if (written === undefined && this.underWay === undefined) {
      for (const effect of transaction.effects) effect();
      return;
    }
    this.follow(Promise.all([this.underWay, written]), transaction.effects);
  }

  /** In the order of the commits, whichever answer comes first. */
  private follow(written: Promise<unknown>, effects: readonly (() => void)[]): void {
    const done = written.then(() => {
      if (this.broken !== undefined) throw this.broken;
      if (this.underWay === done) this.underWay = undefined;
      for (const effect of effects) effect();
    });
    this.underWay = done;
    done.catch((error: unknown) => {
      this.fail(error as Error);
    });
  }

  private fail(error: Error): void {
    if (this.broken !== undefined) return;
    this.broken = error;
    this.lead.onBroken(error);
  }
}

function writesOf({ records, others }: Transaction): StoreWrite[] {
  const writes = [...records.values()].map(({ table, key, record }): StoreWrite => {
    if (record === undefined) return { kind: 'delete', table, key };
    return { kind: 'put', table, key, body: typeof record === 'string' ? record : JSON.stringify(record) };
  });
  return [...writes, ...others];
}
