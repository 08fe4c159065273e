import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import Database from 'better-sqlite3';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { chainEvent } from '../../../runtime/common/events/chain-events.js';
import type { ContainerId, NodeId } from '../../../runtime/common/ids.js';
import { ClusterIdentity } from '../../../resourcemanager/store/cluster-identity.js';
import { StateStore } from '../../../resourcemanager/store/state-store.js';
import { TokenService } from '../../../resourcemanager/security/token-service.js';
import type { ContainerRecord } from '../../../resourcemanager/apps/container.js';
import { CLUSTER_KEY, newFolder } from '../fixtures.js';

function open(path: string): StateStore {
  return StateStore.open(path, (error) => {
    throw error;
  });
}

function newPath(t: { teardown(f: () => void): void }): string {
  const folder = newFolder();
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'state.db');
}

const tokensOf = (store: StateStore): TokenService =>
  new TokenService(store, () => [CLUSTER_KEY], { attemptKeyMs: 1000, containerKeyMs: 1000 }, 0);

test('ids and keys go on after a restart; the epoch goes up', (t) => {
  const path = newPath(t);
  const store = open(path);
  const before = ClusterIdentity.resume(store, 1000);
  t.deepEqual(String(before.newApplicationId()), 'application_1000_0001');
  before.rememberPort(1234);
  const keys = tokensOf(store).tokenKeys;
  store.close();

  const again = open(path);
  const after = ClusterIdentity.resume(again, 2000);
  t.is(after.clusterTimestampMs, 1000);
  t.is(after.epoch, before.epoch + 1);
  t.deepEqual(String(after.newApplicationId()), 'application_1000_0002');
  t.true(after.hasIssued('application_1000_0002' as never));
  t.false(after.hasIssued('application_1000_0003' as never));
  t.is(after.port, 1234);
  t.deepEqual(tokensOf(again).tokenKeys, keys);
  again.close();
});

test('a transaction is whole or nothing, and effects wait for it', (t) => {
  const store = open(newPath(t));
  const told: string[] = [];
  const container = { id: 'c' as ContainerId, applicationId: 'a' } as ContainerRecord;
  t.throws(() =>
    store.transaction(() => {
      store.saveContainer(container);
      store.afterCommit(() => told.push('never'));
      throw new Error('refused');
    }),
  );
  t.deepEqual(store.load().containers, []);
  store.transaction(() => {
    store.transaction(() => {
      store.saveContainer(container);
      store.afterCommit(() => told.push('container'));
    });
    t.deepEqual(told, []);
  });
  t.deepEqual(told, ['container']);
  t.deepEqual(store.load().containers, [container]);
  store.close();
});

test('a repeated event is kept once, in the order of arrival', (t) => {
  const store = open(newPath(t));
  const application = 'application_1_0001' as never;
  const first = chainEvent(3, 'resourcemanager', 1, application, { a: 1 });
  const second = chainEvent(1, 'resourcemanager', 2, application, {});
  for (const event of [first, second, first]) store.appendEvent(event);
  t.deepEqual(store.events(application), [first, second]);
  store.deleteApplication(application);
  t.deepEqual(store.events(application), []);
  store.close();
});

test('nodes are remembered until they are lost', (t) => {
  const store = open(newPath(t));
  const record = {
    id: 'h:1' as NodeId,
    httpAddress: 'http://h:1',
    rack: '/r',
    capacity: { memoryMb: 1, vcores: 1 },
    version: '',
  };
  store.saveNode(record);
  t.deepEqual(store.load().nodes, [record]);
  store.deleteNode(record.id);
  t.deepEqual(store.load().nodes, []);
  store.close();
});

test('a store of a newer version and a file that is none are refused', (t) => {
  const path = newPath(t);
  const database = new Database(path);
  database.pragma('user_version = 99');
  database.close();
  const error = t.throws(() => open(path));
  t.true(hasCode(error, 'RM_STORE_UNUSABLE'));
  t.regex(error.message, /version 99/);
  t.true(
    hasCode(
      t.throws(() => open('/dev/null/state.db')),
      'RM_STORE_UNUSABLE',
    ),
  );
});
