/** State in SQLite, on a disk of this host: a commit is durable when it returns. */
import type Database from 'better-sqlite3';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationId } from '../../runtime/common/ids.js';
import { openDatabase } from './sqlite-database.js';
import type { StoredState, StoreEngine, StoreWrite, Table } from './store-engine.js';

export class SqliteEngine implements StoreEngine {
  readonly name = 'sqlite';
  private readonly statements = new Map<string, Database.Statement>();

  private constructor(
    private readonly database: Database.Database,
    private readonly epoch: number | undefined,
  ) {}

  /**
   * @param epoch that this process leads in: commits fail once the lease in the same file has a later one. Undefined: nobody
   * else may open the file
   * @throws RM_STORE_UNUSABLE
   */
  static open(path: string, epoch?: number): SqliteEngine {
    return new SqliteEngine(openDatabase(path, epoch === undefined ? 'exclusive' : 'shared'), epoch);
  }

  read(): StoredState {
    const meta = this.statement(`SELECT key, body FROM records WHERE kind = 'meta'`).all() as Record<
      'key' | 'body',
      string
    >[];
    const applications = this.records<StoredState['applications'][number]>('applications');
    return {
      meta: new Map(meta.map(({ key, body }) => [key, body])),
      applications: applications.sort((a, b) => a.submissionOrder - b.submissionOrder),
      attempts: this.records('attempts'),
      containers: this.records('containers'),
      nodes: this.records('nodes'),
    };
  }

  events(application: ApplicationId): ChainEvent[] {
    const rows = this.statement('SELECT body FROM events WHERE application = ? ORDER BY number').all(application);
    return rows.map((row) => JSON.parse((row as { body: string }).body) as ChainEvent);
  }

  commit(writes: readonly StoreWrite[]): void {
    const { database } = this;
    try {
      database.exec('BEGIN IMMEDIATE');
      this.requireLead();
      for (const write of writes) this.apply(write);
      database.exec('COMMIT');
    } catch (cause) {
      if (cause instanceof WeftError) throw cause;
      throw new WeftError('RM_STORE_FAILED', `The store cannot be written: ${(cause as Error).message}.`, { cause });
    } finally {
      if (database.inTransaction) database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.database.close();
  }

  private requireLead(): void {
    if (this.epoch === undefined) return;
    const row = this.statement('SELECT epoch FROM lease').get() as { epoch: number } | undefined;
    if (row?.epoch === this.epoch) return;
    throw new WeftError(
      'RM_FENCED',
      `This ResourceManager led in epoch ${this.epoch}; ${row?.epoch ?? 'none'} is now.`,
    );
  }

  private apply(write: StoreWrite): void {
    switch (write.kind) {
      case 'put':
        this.statement('INSERT OR REPLACE INTO records (kind, key, body) VALUES (?, ?, ?)').run(
          ...[write.table, write.key, write.body],
        );
        return;
      case 'delete':
        this.statement('DELETE FROM records WHERE kind = ? AND key = ?').run(write.table, write.key);
        return;
      case 'append':
        this.statement('INSERT OR IGNORE INTO events (application, body) VALUES (?, ?)').run(
          ...[write.application, write.body],
        );
        return;
      case 'forget':
        this.statement('DELETE FROM events WHERE application = ?').run(write.application);
    }
  }

  private records<T>(table: Table): T[] {
    const rows = this.statement('SELECT body FROM records WHERE kind = ? ORDER BY key').all(table);
    return rows.map((row) => JSON.parse((row as { body: string }).body) as T);
  }

  private statement(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}
