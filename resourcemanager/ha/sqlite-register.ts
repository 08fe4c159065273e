/** The lease as a row of the SQLite file that holds the state: for ResourceManagers of one host, never on a shared disk. */
import type Database from 'better-sqlite3';
import { WeftError } from '../../runtime/common/errors/index.js';
import { isSameProcess, processStartTicks, sendSignal } from '../../runtime/common/process/process-identity.js';
import { isBusy, openDatabase } from '../store/sqlite-database.js';
import type { LeaseRow } from './lease-state.js';
import type { LeaseRegister } from './register-lease.js';

/** The process that wrote the lease last. */
interface HolderProcess {
  readonly pid: number;
  readonly startTicks: number;
}

export class SqliteRegister implements LeaseRegister {
  private constructor(private readonly database: Database.Database) {}

  /** @throws RM_STORE_UNUSABLE */
  static open(path: string): SqliteRegister {
    return new SqliteRegister(openDatabase(path, 'shared'));
  }

  read(): LeaseRow | undefined {
    return this.database.prepare('SELECT epoch, holder, address, renewals FROM lease').get() as LeaseRow | undefined;
  }

  /**
   * A holder that stopped in the midst of a write still has the file's lock. Whoever is to have the lease instead ends that
   * process, as Hadoop's fencing by SSH does, and gets the lease at its next try.
   * @throws RM_STORE_FAILED when that was done
   */
  replace(seen: LeaseRow | undefined, next: LeaseRow): boolean {
    try {
      return this.database.transaction(() => this.write(seen, next)).immediate();
    } catch (error) {
      if (!isBusy(error) || seen === undefined || seen.holder === '') throw error;
      const stuck = this.holderProcess();
      if (stuck === undefined || stuck.pid === process.pid || !isSameProcess(stuck.pid, stuck.startTicks)) throw error;
      sendSignal(stuck.pid, 'SIGKILL');
      const message = `${seen.holder} (process ${stuck.pid}) stopped in the midst of a write and held the store: it was killed.`;
      throw new WeftError('RM_STORE_FAILED', message, { cause: error, subject: seen.holder });
    }
  }

  close(): void {
    this.database.close();
  }

  private write(seen: LeaseRow | undefined, next: LeaseRow): boolean {
    const { epoch, holder, address, renewals } = next;
    const { changes } =
      seen === undefined
        ? this.database
            .prepare('INSERT OR IGNORE INTO lease (only, epoch, holder, address, renewals) VALUES (1, ?, ?, ?, ?)')
            .run(epoch, holder, address, renewals)
        : this.database
            .prepare(
              'UPDATE lease SET epoch = ?, holder = ?, address = ?, renewals = ? WHERE epoch = ? AND renewals = ? AND holder = ?',
            )
            .run(epoch, holder, address, renewals, seen.epoch, seen.renewals, seen.holder);
    if (changes !== 1) return false;
    this.database
      .prepare('INSERT OR REPLACE INTO lease_process (only, pid, start_ticks) VALUES (1, ?, ?)')
      .run(process.pid, processStartTicks(process.pid) ?? 0);
    return true;
  }

  private holderProcess(): HolderProcess | undefined {
    const row = this.database.prepare('SELECT pid, start_ticks AS startTicks FROM lease_process').get();
    return row as HolderProcess | undefined;
  }
}
