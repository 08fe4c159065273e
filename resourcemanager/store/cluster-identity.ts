/** Who this cluster is, across restarts: its birth, how often its ResourceManager started, numbers never given twice. */
import { applicationId, type ApplicationId } from '../../runtime/common/ids.js';
import type { StateStore } from './state-store.js';

export class ClusterIdentity {
  private constructor(
    private readonly store: StateStore,
    /** Birth of the cluster, epoch milliseconds: part of every application id. */
    readonly clusterTimestampMs: number,
    /** How often the ResourceManager was restarted: part of container ids. */
    readonly epoch: number,
  ) {}

  /** Reads the identity, or begins it; counts this start. */
  static resume(store: StateStore, nowMs: number): ClusterIdentity {
    return store.transaction(() => {
      const known = store.meta('clusterTimestampMs');
      const clusterTimestampMs = known === undefined ? nowMs : Number(known);
      const epoch = known === undefined ? 0 : Number(store.meta('epoch')) + 1;
      store.setMeta('clusterTimestampMs', String(clusterTimestampMs));
      store.setMeta('epoch', String(epoch));
      return new ClusterIdentity(store, clusterTimestampMs, epoch);
    });
  }

  newApplicationId(): ApplicationId {
    const sequence = this.lastApplication + 1;
    this.store.setMeta('lastApplication', String(sequence));
    return applicationId(this.clusterTimestampMs, sequence);
  }

  /** Whether `newApplicationId` has given this id out. */
  hasIssued(id: ApplicationId): boolean {
    const [, timestamp, sequence] = id.split('_');
    return Number(timestamp) === this.clusterTimestampMs && Number(sequence) <= this.lastApplication;
  }

  private get lastApplication(): number {
    return Number(this.store.meta('lastApplication') ?? 0);
  }
}
