/** The slots that one job holds, and those that it lacks: asked of the pool, lost with a TaskManager, given back at the end. */
import type { WeftError } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import type { Slot, SlotPool } from '../slot-pool.js';

export interface JobSlotsOptions {
  readonly pool: SlotPool;
  readonly log: Logger;
  readonly jobId: string;
  readonly jobName: string;
  /** How many the job wants. */
  readonly count: number;
  /** Whether it runs stage by stage, so that it does with the slots that it has. */
  readonly staged: boolean;
}

export class JobSlots {
  /** Where slot n of the execution graph lies, while the job holds it. */
  private places: readonly (Slot | undefined)[];

  constructor(private readonly options: JobSlotsOptions) {
    this.places = Array.from({ length: options.count }, () => undefined);
  }

  get held(): Slot[] {
    return this.places.filter((slot) => slot !== undefined);
  }

  get missing(): number {
    return this.places.filter((slot) => slot === undefined).length;
  }

  /** Whether the job can be deployed into what it holds. */
  get enough(): boolean {
    return this.missing === 0 || (this.options.staged && this.missing < this.places.length);
  }

  /** What the job waits for, for people; undefined when it waits for no slot. */
  get waiting(): string | undefined {
    return this.options.pool.describeWaiting(this.options.jobId);
  }

  /** Asks for all that is missing; what was asked before is withdrawn. */
  request(granted: () => void, timedOut: (error: WeftError) => void): void {
    const { pool, jobId, jobName, staged } = this.options;
    pool.withdraw(jobId);
    pool.request({
      jobId,
      jobName,
      count: this.missing,
      ...(staged ? { atLeast: 1 } : {}),
      granted: (slots) => {
        const fresh = [...slots];
        this.places = this.places.map((slot) => slot ?? fresh.shift());
        granted();
      },
      timedOut: (error) => {
        if (!this.enough) timedOut(error);
      },
    });
    this.announceWaiting();
  }

  withdraw(): void {
    this.options.pool.withdraw(this.options.jobId);
  }

  /** A TaskManager is gone. @returns whether the job held slots there */
  lose(resourceId: string): boolean {
    if (!this.places.some((slot) => slot?.resourceId === resourceId)) return false;
    this.places = this.places.map((slot) => (slot?.resourceId === resourceId ? undefined : slot));
    return true;
  }

  release(): void {
    const { held } = this;
    this.places = this.places.map(() => undefined);
    this.options.pool.free(this.options.jobId, held);
  }

  private announceWaiting(): void {
    const { jobId, jobName, log } = this.options;
    // In a later turn: slots that are free are handed out before that, and then there is nothing to tell.
    queueMicrotask(() => {
      queueMicrotask(() => {
        const { waiting } = this;
        if (waiting !== undefined) log.info({ jobId }, `job "${jobName}" is ${waiting}`);
      });
    });
  }
}
