/**
 * The state of a ResourceManager on a simulated disk or service: what was committed is there for the next one. A commit takes
 * its time, may fail with nobody knowing what became of it, and is refused to whoever leads no longer.
 */
import { WeftError } from '../../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../../runtime/common/events/chain-events.js';
import type { ApplicationId } from '../../../runtime/common/ids.js';
import type { LeaseRow } from '../../../resourcemanager/ha/lease-state.js';
import type { StoredState, StoreEngine, StoreWrite, Table } from '../../../resourcemanager/store/store-engine.js';
import type { SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';

export interface StoreSpeed {
  /** Undefined: a commit is durable when it returns, as SQLite's is. */
  readonly commitMs: readonly [number, number] | undefined;
  /** How likely a commit is to fail. */
  readonly fails: number;
}

export class SimStore {
  /** What there is on most days: SQLite's or that of a service near or far. */
  readonly usual: StoreSpeed;
  speed: StoreSpeed;
  lease: LeaseRow | undefined;
  commits = 0;
  private readonly records = new Map<string, { table: Table; key: string; body: string }>();
  private readonly appended = new Map<ApplicationId, Set<string>>();

  constructor(private readonly random: Random) {
    this.usual = { commitMs: random.pick([undefined, [1, 20], [50, 500]]), fails: 0 };
    this.speed = this.usual;
  }

  engineFor(process: SimProcess, epoch: number | undefined): StoreEngine {
    // Commits become durable in the order of the calls.
    let lastMs = 0;
    return {
      name: 'simulated',
      read: () => this.read(),
      events: (id) => [...(this.appended.get(id) ?? [])].map((body) => JSON.parse(body) as ChainEvent),
      commit: (writes) => {
        const { commitMs, fails } = this.speed;
        const isFailing = this.random.chance(fails);
        if (commitMs === undefined) {
          if (isFailing) throw this.failed(writes, epoch);
          this.apply(writes, epoch);
          return;
        }
        const { kernel } = process;
        lastMs = Math.max(lastMs, kernel.nowMs + this.random.between(...commitMs));
        return new Promise((resolve, reject) => {
          // It arrives whether or not whoever sent it still lives.
          kernel.after((lastMs - kernel.nowMs) / 2, undefined, undefined, () => {
            let error: Error | undefined;
            try {
              if (isFailing) throw this.failed(writes, epoch);
              this.apply(writes, epoch);
            } catch (cause) {
              error = cause as Error;
            }
            kernel.after(lastMs - kernel.nowMs, process, undefined, () => {
              if (error === undefined) resolve();
              else reject(error);
            });
          });
        });
      },
      close: () => undefined,
    };
  }

  private read(): StoredState {
    const applications = this.table<StoredState['applications'][number]>('applications');
    return {
      meta: new Map(
        [...this.records.values()].filter(({ table }) => table === 'meta').map((row) => [row.key, row.body]),
      ),
      applications: applications.sort((a, b) => a.submissionOrder - b.submissionOrder),
      attempts: this.table('attempts'),
      containers: this.table('containers'),
      nodes: this.table('nodes'),
    };
  }

  private table<T>(name: Table): T[] {
    const rows = [...this.records.values()].filter(({ table }) => table === name);
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ body }) => JSON.parse(body) as T);
  }

  /** Nobody knows whether it was written before the answer was lost. */
  private failed(writes: readonly StoreWrite[], epoch: number | undefined): Error {
    if (this.random.chance(0.5)) this.apply(writes, epoch);
    return new WeftError('RM_STORE_FAILED', 'The simulated store does not answer.');
  }

  private apply(writes: readonly StoreWrite[], epoch: number | undefined): void {
    if (epoch !== undefined && this.lease?.epoch !== epoch) {
      throw new WeftError('RM_FENCED', `Epoch ${epoch} is over: ${this.lease?.epoch ?? 'none'} is now.`);
    }
    this.commits++;
    for (const write of writes) {
      if (write.kind === 'put') {
        const { table, key, body } = write;
        this.records.set(`${table}/${key}`, { table, key, body });
      } else if (write.kind === 'delete') this.records.delete(`${write.table}/${write.key}`);
      else if (write.kind === 'forget') this.appended.delete(write.application);
      else {
        const known = this.appended.get(write.application);
        if (known === undefined) this.appended.set(write.application, new Set([write.body]));
        else known.add(write.body);
      }
    }
  }
}
