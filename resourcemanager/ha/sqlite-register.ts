/** The lease as a row of the SQLite file that holds the state: for ResourceManagers of one host, never on a shared disk. */
import type Database from 'better-sqlite3';
import { openDatabase } from '../store/sqlite-database.js';
import type { LeaseRow } from './lease-state.js';
import type { LeaseRegister } from './register-lease.js';

export class SqliteRegister implements LeaseRegister {
  private constructor(private readonly database: Database.Database) {}

  /** @throws RM_STORE_UNUSABLE */
  static open(path: string): SqliteRegister {
    return new SqliteRegister(openDatabase(path, 'shared'));
  }

  read(): LeaseRow | undefined {
    return this.database.prepare('SELECT epoch, holder, address, renewals FROM lease').get() as LeaseRow | undefined;
  }

  replace(seen: LeaseRow | undefined, next: LeaseRow): boolean {
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
    return changes === 1;
  }

  close(): void {
    this.database.close();
  }
}
