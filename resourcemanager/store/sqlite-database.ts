/** The SQLite file of a cluster's state: opening it, its tables, and what stands in the way when that fails. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { WeftError } from '../../runtime/common/errors/index.js';

/** Raised when the tables change; an older file is migrated, a newer one refused. */
const SCHEMA_VERSION = 2;

/** How long a predecessor that is just ending may still hold the file, or the write of another process may take. */
const LOCK_TIMEOUTS_MS = { exclusive: 3000, shared: 500 };

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key));
  CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (application, body)
  );
  CREATE TABLE IF NOT EXISTS lease (
    only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, holder TEXT NOT NULL, address TEXT NOT NULL,
    renewals INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS lease_process (
    only INTEGER PRIMARY KEY CHECK (only = 1), pid INTEGER NOT NULL, start_ticks INTEGER NOT NULL
  );
`;

/** Version 1 had a table for each kind of record. */
const FROM_VERSION_1 = `
  INSERT INTO records SELECT 'meta', key, value FROM meta;
  INSERT INTO records SELECT 'applications', id, body FROM applications;
  INSERT INTO records SELECT 'attempts', id, body FROM attempts;
  INSERT INTO records SELECT 'containers', id, body FROM containers;
  INSERT INTO records SELECT 'nodes', id, body FROM nodes;
  DROP TABLE meta; DROP TABLE applications; DROP TABLE attempts; DROP TABLE containers; DROP TABLE nodes;
`;

/**
 * @param path a file on a local disk, or `:memory:`
 * @param sharing `exclusive`: to the end of this process no other may open it; `shared`: the processes of one host take turns
 * @throws RM_STORE_UNUSABLE
 */
export function openDatabase(path: string, sharing: 'exclusive' | 'shared'): Database.Database {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const database = new Database(path, { timeout: LOCK_TIMEOUTS_MS[sharing] });
    // WAL with NORMAL loses nothing when this process dies; a commit waits for the disk only at checkpoints.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    if (sharing === 'exclusive') database.pragma('locking_mode = EXCLUSIVE');
    migrate(database);
    return database;
  } catch (cause) {
    const isLocked = isBusy(cause);
    const reason = isLocked ? 'another ResourceManager has it open' : (cause as Error).message;
    throw new WeftError('RM_STORE_UNUSABLE', `The store ${path} cannot be used: ${reason}.`, {
      cause,
      subject: path,
      ...(isLocked ? { hint: 'Stop the other one first, or give this cluster a WEFT_HOME of its own.' } : {}),
    });
  }
}

export function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY';
}

function migrate(database: Database.Database): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION) throw new Error(`it has version ${version}, this Weft knows ${SCHEMA_VERSION}`);
    database.exec(SCHEMA);
    if (version === 1) database.exec(FROM_VERSION_1);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
    database.exec('COMMIT');
  } finally {
    if (database.inTransaction) database.exec('ROLLBACK');
  }
}
