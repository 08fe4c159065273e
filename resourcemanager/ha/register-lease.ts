/**
 * A lease in a register that several processes can compare and set: one row, in SQLite for the processes of a host. The
 * holder renews it; the others read it, and take it when it was not renewed for a term.
 */
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { Leader, LeaderLease, LeaseListener } from './leader-lease.js';
import { LeaseState, type LeaseRow } from './lease-state.js';

export interface LeaseRegister {
  read(): LeaseRow | undefined | Promise<LeaseRow | undefined>;
  /** Writes the row unless it is another one than `seen` by now. @returns whether it was written */
  replace(seen: LeaseRow | undefined, next: LeaseRow): boolean | Promise<boolean>;
  close(): void;
}

export interface RegisterLeaseOptions {
  readonly register: LeaseRegister;
  readonly clock: Clock;
  readonly log: Logger;
  /** Id and address of this process; asked when it takes the lease. */
  readonly self: () => Leader;
  /** How long the lease is held without being renewed, milliseconds. */
  readonly termMs: number;
  /** Whether it takes the lease by itself, or only after `rejoin`. */
  readonly isCandidate: boolean;
}

/** A holder renews, and a standby looks, this often in a term: some may be late before it matters. */
const LOOKS_PER_TERM = 5;

export class RegisterLease implements LeaderLease {
  private readonly state: LeaseState;
  private listener: LeaseListener | undefined;
  private cancelLooks: (() => void) | undefined;
  private mine: LeaseRow | undefined;
  private leader: Leader | undefined;
  private looking = false;
  /** On the monotonic clock: until then another process is to have it. */
  private notBeforeMs: number;

  constructor(private readonly options: RegisterLeaseOptions) {
    this.state = new LeaseState(options.termMs);
    this.notBeforeMs = options.isCandidate ? -Infinity : Infinity;
  }

  async start(listener: LeaseListener): Promise<void> {
    this.listener = listener;
    await this.turn();
    this.cancelLooks = this.options.clock.every(this.options.termMs / LOOKS_PER_TERM, () => {
      this.look();
    });
  }

  isHeld(): boolean {
    return this.state.epochAt(this.options.clock.monotonicMs()) !== undefined;
  }

  async release(pauseMs: number): Promise<void> {
    this.notBeforeMs = this.options.clock.monotonicMs() + pauseMs;
    const { mine } = this;
    if (mine === undefined) return;
    this.giveUp('it was let go');
    await this.options.register.replace(mine, { ...mine, holder: '', address: '' });
  }

  async rejoin(): Promise<void> {
    this.notBeforeMs = -Infinity;
    if (this.mine === undefined && !this.looking) await this.turn();
  }

  async stop(): Promise<void> {
    this.cancelLooks?.();
    await this.release(Infinity);
    this.options.register.close();
  }

  /** One look at a time: a slow register must not pile them up. */
  private look(): void {
    // A term that ran out while the register was silent, or this process stopped, ends before anything is asked.
    if (this.mine !== undefined && !this.isHeld()) this.giveUp('it could not be renewed in time');
    if (this.looking) return;
    this.turn().catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'the lease could not be read or renewed');
    });
  }

  private async turn(): Promise<void> {
    this.looking = true;
    try {
      await (this.mine === undefined ? this.tryToTake() : this.renew(this.mine));
    } finally {
      this.looking = false;
    }
  }

  private async tryToTake(): Promise<void> {
    const { register, clock, self } = this.options;
    const row = await register.read();
    const askedMs = clock.monotonicMs();
    this.tell(row);
    if (askedMs < this.notBeforeMs || this.state.decide(row, askedMs) === 'wait') return;
    const { id: holder, address } = self();
    const mine = { epoch: (row?.epoch ?? 0) + 1, holder, address, renewals: 0 };
    if (!(await register.replace(row, mine))) return;
    this.mine = mine;
    this.state.granted(mine.epoch, askedMs);
    this.tell(undefined);
    this.listener?.won({ epoch: mine.epoch });
  }

  private async renew(before: LeaseRow): Promise<void> {
    const { register, clock } = this.options;
    const askedMs = clock.monotonicMs();
    const renewed = { ...before, renewals: before.renewals + 1 };
    const isRenewed = await register.replace(before, renewed);
    if (this.mine !== before) return;
    if (!isRenewed) {
      this.giveUp('another ResourceManager took it');
      return;
    }
    this.mine = renewed;
    this.state.granted(renewed.epoch, askedMs);
  }

  private giveUp(reason: string): void {
    this.mine = undefined;
    this.state.lost();
    this.listener?.lost(reason);
  }

  /** Says who leads, when that changes. */
  private tell(row: LeaseRow | undefined): void {
    const leader = row === undefined || row.holder === '' ? undefined : { id: row.holder, address: row.address };
    if (leader?.id === this.leader?.id && leader?.address === this.leader?.address) return;
    this.leader = leader;
    this.listener?.leaderChanged(leader);
  }
}
