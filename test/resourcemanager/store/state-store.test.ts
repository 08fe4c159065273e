import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { chainEvent } from '../../../runtime/common/events/chain-events.js';
import type { ApplicationId, ContainerId, NodeId } from '../../../runtime/common/ids.js';
import { ClusterIdentity } from '../../../resourcemanager/store/cluster-identity.js';
import { SqliteEngine } from '../../../resourcemanager/store/sqlite-engine.js';
import { StateStore } from '../../../resourcemanager/store/state-store.js';
import type { StoredState, StoreEngine, StoreWrite } from '../../../resourcemanager/store/store-engine.js';
import { TokenService } from '../../../resourcemanager/security/token-service.js';
import type { ContainerRecord } from '../../../resourcemanager/apps/container.js';
import { CLUSTER_KEY, newFolder } from '../fixtures.js';

async function open(path: string): Promise<StateStore> {
  return (await over(SqliteEngine.open(path))).store;
}

function over(engine: StoreEngine, onBroken = (error: Error): void => raise(error)) {
  return StateStore.over(engine, { isLeading: () => true, onBroken });
}

function raise(error: Error): never {
  throw error;
}

function newPath(t: { teardown(f: () => void): void }): string {
  const folder = newFolder();
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'state.db');
}

const CONTAINER = { id: 'c' as ContainerId, applicationId: 'a' } as ContainerRecord;

const tokensOf = (store: StateStore): TokenService =>
  new TokenService(store, () => [CLUSTER_KEY], { attemptKeyMs: 1000, containerKeyMs: 1000 }, 0);

test('ids and keys go on after a restart; the epoch goes up', async (t) => {
  const path = newPath(t);
  const store = await open(path);
  const before = ClusterIdentity.resume(store, 1000);
  t.deepEqual(String(before.newApplicationId()), 'application_1000_0001');
  const keys = tokensOf(store).tokenKeys;
  store.close();

  const again = await open(path);
  const after = ClusterIdentity.resume(again, 2000);
  t.is(after.clusterTimestampMs, 1000);
  t.is(after.epoch, before.epoch + 1);
  t.deepEqual(String(after.newApplicationId()), 'application_1000_0002');
  t.true(after.hasIssued('application_1000_0002' as never));
  t.false(after.hasIssued('application_1000_0003' as never));
  t.deepEqual(tokensOf(again).tokenKeys, keys);
  again.close();
});

test('a transaction is whole or nothing, and effects wait for it', async (t) => {
  const engine = SqliteEngine.open(newPath(t));
  const { store } = await over(engine);
  const told: string[] = [];
  t.throws(() =>
    store.transaction(() => {
      store.saveContainer(CONTAINER);
      store.afterCommit(() => told.push('never'));
      throw new Error('refused');
    }),
  );
  t.deepEqual(engine.read().containers, []);
  store.transaction(() => {
    store.transaction(() => {
      store.saveContainer(CONTAINER);
      store.afterCommit(() => told.push('container'));
    });
    t.deepEqual(told, []);
  });
  t.deepEqual(told, ['container']);
  t.is(store.durable(), undefined);
  t.deepEqual(engine.read().containers, [CONTAINER]);
  store.close();
});

test('a repeated event is kept once, in the order of arrival', async (t) => {
  const store = await open(newPath(t));
  const application = 'application_1_0001' as ApplicationId;
  const first = chainEvent(3, 'resourcemanager', 1, application, { a: 1 });
  const second = chainEvent(1, 'resourcemanager', 2, application, {});
  for (const event of [first, second, first]) store.appendEvent(event);
  t.deepEqual(store.events(application), [first, second]);
  store.deleteApplication(application, []);
  t.deepEqual(store.events(application), []);
  store.close();
});

test('nodes are remembered until they are lost', async (t) => {
  const engine = SqliteEngine.open(newPath(t));
  const { store } = await over(engine);
  const record = {
    id: 'h:1' as NodeId,
    httpAddress: 'http://h:1',
    rack: '/r',
    capacity: { memoryMb: 1, vcores: 1 },
    version: '',
  };
  store.saveNode(record);
  t.deepEqual(engine.read().nodes, [record]);
  store.deleteNode(record.id);
  t.deepEqual(engine.read().nodes, []);
  store.close();
});

test('a store of a newer version and a file that is none are refused', async (t) => {
  const path = newPath(t);
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  const error = await t.throwsAsync(open(path));
  t.true(hasCode(error, 'RM_STORE_UNUSABLE'));
  t.regex(error.message, /version 99/);
  t.true(hasCode(await t.throwsAsync(open('/dev/null/state.db')), 'RM_STORE_UNUSABLE'));
});

test('a store of the first version is read as it was', (t) => {
  const path = newPath(t);
  const old = new Database(path);
  old.exec(`
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE applications (id TEXT PRIMARY KEY, submission_order INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE attempts (id TEXT PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE containers (id TEXT PRIMARY KEY, application TEXT NOT NULL, body TEXT NOT NULL);
    CREATE TABLE nodes (id TEXT PRIMARY KEY, body TEXT NOT NULL);
    INSERT INTO meta VALUES ('epoch', '4');
    INSERT INTO containers VALUES ('c', 'a', '${JSON.stringify(CONTAINER)}');
    PRAGMA user_version = 1;
  `);
  old.close();
  const engine = SqliteEngine.open(path);
  const { meta, containers } = engine.read();
  t.is(meta.get('epoch'), '4');
  t.deepEqual(containers, [CONTAINER]);
  engine.close();
});

/** An engine that takes its time: each commit is answered by hand. */
class SlowEngine implements StoreEngine {
  readonly name = 'slow';
  readonly commits: { writes: readonly StoreWrite[]; done(): void; failed(error: Error): void }[] = [];

  read(): StoredState {
    return { meta: new Map(), applications: [], attempts: [], containers: [], nodes: [] };
  }

  events(): [] {
    return [];
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    return new Promise((done, failed) => {
      this.commits.push({ writes, done, failed });
    });
  }

  close(): void {
    // Nothing is open.
  }
}

test('with a slow engine, effects and answers wait for all that was written before them, in order', async (t) => {
  const engine = new SlowEngine();
  const { store } = await over(engine);
  const told: string[] = [];
  store.transaction(() => {
    store.saveContainer(CONTAINER);
    store.afterCommit(() => told.push('first'));
  });
  const first = store.durable();
  store.setMeta('a', 'b');
  // Writes nothing, and is true only if what was written before it is.
  store.afterCommit(() => told.push('second'));
  const second = store.durable();
  t.is(store.meta('a'), 'b');
  t.is(engine.commits.length, 2);
  engine.commits[1]?.done();
  await Promise.resolve();
  t.deepEqual(told, []);
  engine.commits[0]?.done();
  await first;
  t.deepEqual(told, ['first']);
  await second;
  t.deepEqual(told, ['first', 'second']);
  t.is(store.durable(), undefined);
});

test('the last write to a record in a transaction counts, as the record was at its end', async (t) => {
  const engine = new SlowEngine();
  const { store } = await over(engine);
  const record = { ...CONTAINER, priority: 1 };
  store.transaction(() => {
    store.saveContainer(record);
    record.priority = 2;
    store.setMeta('k', '1');
    store.setMeta('k', '2');
  });
  t.deepEqual(engine.commits[0]?.writes, [
    { kind: 'put', table: 'containers', key: 'c', body: JSON.stringify(record) },
    { kind: 'put', table: 'meta', key: 'k', body: '2' },
  ]);
});

test('after a failed commit nothing is told, written or answered any more', async (t) => {
  const engine = new SlowEngine();
  const broken: string[] = [];
  const { store } = await over(engine, (error) => broken.push(error.message));
  const told: string[] = [];
  store.setMeta('a', '1');
  store.afterCommit(() => told.push('never'));
  store.setMeta('b', '1');
  const answer = store.durable();
  engine.commits[0]?.failed(new Error('gone'));
  engine.commits[1]?.done();
  await t.throwsAsync(Promise.resolve(answer), { message: 'gone' });
  t.deepEqual(broken, ['gone']);
  store.setMeta('c', '1');
  t.is(engine.commits.length, 2);
  t.throws(() => store.durable(), { message: 'gone' });
  t.deepEqual(told, []);
});
