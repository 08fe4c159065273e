/**
 * What must survive a restart of the ResourceManager, in SQLite: written before anybody is told of it. Called by the
 * managers of applications and nodes; it decides nothing. One process at a time may open it.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { ApplicationRecord } from '../apps/application.js';
import type { AttemptRecord } from '../apps/attempt.js';
import type { ContainerRecord } from '../apps/container.js';
import type { NodeRecord } from '../nodes/node.js';

/** Raised when the tables change; an older store is migrated, a newer one refused. */
const SCHEMA_VERSION = 1;

/** How long a predecessor that is just ending may still hold the file. */
const LOCK_TIMEOUT_MS = 3000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS applications (id TEXT PRIMARY KEY, submission_order INTEGER NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS attempts (id TEXT PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS containers (id TEXT PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS nodes (id TEXT PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (application, body)
  );
`;

export interface StoredState {
  applications: ApplicationRecord[];
  attempts: AttemptRecord[];
  containers: ContainerRecord[];
  nodes: NodeRecord[];
}

export class StateStore {
  private readonly statements = new Map<string, Database.Statement>();
  private depth = 0;
  private afterwards: (() => void)[] = [];

  private constructor(
    private readonly database: Database.Database,
    private readonly onBroken: (error: Error) => void,
  ) {}

  /**
   * @param path a file, or `:memory:`
   * @param onBroken the disk failed: memory is ahead of it, so this process must end and start again from the store
   * @throws RM_STORE_UNUSABLE
   */
  static open(path: string, onBroken: (error: Error) => void): StateStore {
    try {
      if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const database = new Database(path, { timeout: LOCK_TIMEOUT_MS });
      // WAL with NORMAL loses nothing when this process dies; a commit waits for the disk only at checkpoints.
      database.pragma('journal_mode = WAL');
      database.pragma('synchronous = NORMAL');
      // Held to the end of the process: a second ResourceManager on the same home must not get in.
      database.pragma('locking_mode = EXCLUSIVE');
      const version = Number(database.pragma('user_version', { simple: true }));
      if (version > SCHEMA_VERSION) throw new Error(`it has version ${version}, this Weft knows ${SCHEMA_VERSION}`);
      database.exec(SCHEMA);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
      return new StateStore(database, onBroken);
    } catch (cause) {
      const isLocked = cause instanceof Database.SqliteError && cause.code === 'SQLITE_BUSY';
      const reason = isLocked ? 'another ResourceManager has it open' : (cause as Error).message;
      throw new WeftError('RM_STORE_UNUSABLE', `The store ${path} cannot be used: ${reason}.`, {
        cause,
        subject: path,
        ...(isLocked ? { hint: 'Stop the other one first, or give this cluster a WEFT_HOME of its own.' } : {}),
      });
    }
  }

  /** All writes inside become durable together, or none. Nested calls join the outermost. */
  transaction<T>(body: () => T): T {
    if (this.depth > 0) return body();
    this.depth++;
    this.database.exec('BEGIN');
    let result: T;
    try {
      result = body();
      this.database.exec('COMMIT');
    } catch (error) {
      this.afterwards = [];
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      if (error instanceof Database.SqliteError) this.onBroken(error);
      throw error;
    } finally {
      this.depth--;
    }
    const effects = this.afterwards;
    this.afterwards = [];
    for (const effect of effects) effect();
    return result;
  }

  /** Tells somebody about a change once it is durable: after the open transaction, or at once. */
  afterCommit(effect: () => void): void {
    if (this.depth > 0) this.afterwards.push(effect);
    else effect();
  }

  meta(key: string): string | undefined {
    const row = this.statement('SELECT value FROM meta WHERE key = ?').get(key) as { value: string } | undefined;
    return row?.value;
  }

  setMeta(key: string, value: string): void {
    this.statement('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)').run(key, value);
  }

  saveApplication(record: ApplicationRecord): void {
    this.statement('INSERT OR REPLACE INTO applications (id, submission_order, body) VALUES (?, ?, ?)').run(
      record.id,
      record.submissionOrder,
      JSON.stringify(record),
    );
  }

  /** Forgets an application with its attempts, containers and events. */
  deleteApplication(id: ApplicationId): void {
    this.statement('DELETE FROM applications WHERE id = ?').run(id);
    for (const table of ['attempts', 'containers', 'events']) {
      this.statement(`DELETE FROM ${table} WHERE application = ?`).run(id);
    }
  }

  saveAttempt(record: AttemptRecord): void {
    this.statement('INSERT OR REPLACE INTO attempts (id, application, body) VALUES (?, ?, ?)').run(
      record.id,
      record.applicationId,
      JSON.stringify(record),
    );
  }

  saveContainer(record: ContainerRecord): void {
    this.statement('INSERT OR REPLACE INTO containers (id, application, body) VALUES (?, ?, ?)').run(
      record.id,
      record.applicationId,
      JSON.stringify(record),
    );
  }

  deleteContainer(id: ContainerId): void {
    this.statement('DELETE FROM containers WHERE id = ?').run(id);
  }

  saveNode(record: NodeRecord): void {
    this.statement('INSERT OR REPLACE INTO nodes (id, body) VALUES (?, ?)').run(record.id, JSON.stringify(record));
  }

  deleteNode(id: NodeId): void {
    this.statement('DELETE FROM nodes WHERE id = ?').run(id);
  }

  /** Keeps the event unless exactly this one is there already: senders repeat what was not acknowledged. */
  appendEvent(event: ChainEvent): void {
    this.statement('INSERT OR IGNORE INTO events (application, body) VALUES (?, ?)').run(
      event.applicationId,
      JSON.stringify(event),
    );
  }

  events(id: ApplicationId): ChainEvent[] {
    return this.bodies<ChainEvent>('SELECT body FROM events WHERE application = ? ORDER BY number', id);
  }

  load(): StoredState {
    return {
      applications: this.bodies('SELECT body FROM applications ORDER BY submission_order'),
      attempts: this.bodies('SELECT body FROM attempts ORDER BY id'),
      containers: this.bodies('SELECT body FROM containers ORDER BY id'),
      nodes: this.bodies('SELECT body FROM nodes ORDER BY id'),
    };
  }

  close(): void {
    this.database.close();
  }

  private bodies<T>(sql: string, ...parameters: string[]): T[] {
    const rows = this.statement(sql).all(...parameters) as { body: string }[];
    return rows.map(({ body }) => JSON.parse(body) as T);
  }

  private statement(sql: string): Database.Statement {
    let statement = this.statements.get(sql);
    if (statement === undefined) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}
