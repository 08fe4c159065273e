/** The folders of one kind that new containers are spread over; those found bad are left out until they are good again. */
import { complaintOf, healthOfFolders, readFolder, type DiskLimits, type Health } from './disk-health.js';
import { WeightedTurns } from './weighted-turns.js';

/** A folder that became bad, with the complaint, or good again. */
export interface FolderChange {
  readonly path: string;
  readonly complaint?: string;
}

export class FolderPool {
  /** Good until the first look says otherwise. */
  private complaints = new Map<string, string>();
  private freeMb = new Map<string, number>();
  private readonly turns = new WeightedTurns();

  /** @param kind as reports call it */
  constructor(
    readonly kind: 'local' | 'log',
    private readonly paths: readonly string[],
    private readonly limits: DiskLimits,
  ) {}

  /** Looks at each folder. @returns what has changed since the last look */
  async look(): Promise<FolderChange[]> {
    const readings = await Promise.all(this.paths.map(readFolder));
    const before = this.complaints;
    this.complaints = new Map();
    const changes: FolderChange[] = [];
    for (const reading of readings) {
      const { path, freeMb } = reading;
      const complaint = complaintOf(reading, this.limits);
      this.freeMb.set(path, freeMb);
      if (complaint !== undefined) this.complaints.set(path, complaint);
      if (before.has(path) === (complaint !== undefined)) continue;
      changes.push({ path, ...(complaint === undefined ? {} : { complaint }) });
    }
    return changes;
  }

  get health(): Health {
    const { complaints, kind, limits, paths } = this;
    return healthOfFolders(kind, paths.length, [...complaints.values()], limits.minHealthyShare);
  }

  /**
   * The good folders for a new container: first the one whose turn it is, by free space, then the others for the case that it
   * has become bad since the last look.
   */
  candidates(): string[] {
    const good = this.paths.filter((path) => !this.complaints.has(path));
    const first = this.turns.next(new Map(good.map((path) => [path, Math.max(1, this.freeMb.get(path) ?? 1)])));
    return first === undefined ? [] : [first, ...good.filter((path) => path !== first)];
  }
}
