/** State on disk when files are damaged, cut, or cannot be written; and values that expire. */
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { claimFolder, SharedFolder, StateFileReader, StateFileWriter } from '../../../runtime/checkpoint/index.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { StateTtlConfig, Time, ValueStateDescriptor } from '../../../runtime/api/index.js';
import { diskStore } from '../../../runtime/state/disk/index.js';
import { keyedStateStore, OperatorStates } from '../../../runtime/state/index.js';
import { ALL_GROUPS, DiskOperators, TestMemory } from './disk-states.js';

function folderOf(t: { teardown(action: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-disk-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a shared file that is cut or flipped is named when it is read', async (t) => {
  const folder = folderOf(t);
  const operator = new DiskOperators(t).make();
  const { void: bucket } = operator.keyed().table<string>('state');
  for (let n = 0; n < 5000; n++) bucket.set(n, n, 'x'.repeat(40));
  const shared = new SharedFolder(join(folder, 'shared'), 'task-1');
  const writer = new StateFileWriter({ folder: join(folder, 'chk-1'), name: 'task', inlineThresholdBytes: 0, shared });
  await operator.snapshot(1)?.writeTo(writer.operator('a'.repeat(32), 'kept'));
  const state = await writer.finish();
  operator.close();
  const [file] = state.shared?.[0].files ?? [];
  const read = async (): Promise<void> => {
    const reader = await StateFileReader.open(join(folder, 'chk-1'), state);
    const log = await reader.log('a'.repeat(32), true);
    if (log === undefined) throw new Error('there is no log');
    const again = new DiskOperators(t).make();
    await again.restore({ keyed: [], logs: [log], operatorStates: new Map() });
    t.is(again.keyed().table<string>('state').void.get(4999), 'x'.repeat(40));
    again.close();
  };
  await read();
  const content = readFileSync(file.path);
  const flipped = Buffer.from(content);
  flipped[flipped.length >> 1] ^= 1;
  writeFileSync(file.path, flipped);
  await t.throwsAsync(read, { message: new RegExp(`${file.path}.*checksum`) });
  writeFileSync(file.path, content);
  truncateSync(file.path, content.length - 1);
  await t.throwsAsync(read, { message: new RegExp(`${file.path}.*bytes instead of`) });
  rmSync(file.path);
  await t.throwsAsync(read, { message: new RegExp(`${file.path}.*missing`) });
});

test('a checkpoint whose disk is full is given up, and the next one has everything', async (t) => {
  const operator = new DiskOperators(t).make();
  const { void: bucket } = operator.keyed().table<string>('state');
  for (let n = 0; n < 5000; n++) bucket.set(n, n, `value ${n}`);
  const full = {
    store: () => Promise.reject(new Error('ENOSPC: no space left on device')),
    log: () => undefined,
  };
  const output = { keyGroup: () => undefined, keyedFormat: () => undefined, operatorState: () => undefined };
  await t.throwsAsync(operator.snapshot(1)?.writeTo({ ...output, shared: full }) ?? Promise.resolve(), {
    message: /ENOSPC/,
  });
  bucket.delete(7);
  const folder = folderOf(t);
  const shared = new SharedFolder(join(folder, 'shared'), 'task-2');
  const writer = new StateFileWriter({ folder, name: 'task', inlineThresholdBytes: 0, shared });
  await operator.snapshot(2)?.writeTo(writer.operator('a'.repeat(32), 'kept'));
  const reader = await StateFileReader.open(folder, await writer.finish());
  const log = await reader.log('a'.repeat(32), true);
  const again = new DiskOperators(t).make();
  await again.restore({ keyed: [], logs: log === undefined ? [] : [log], operatorStates: new Map() });
  const restored = again.keyed().table<string>('state').void;
  t.is(restored.get(7), undefined);
  t.is(restored.get(4999), 'value 4999');
  operator.close();
  again.close();
});

test('a local disk that cannot be written names the folder', (t) => {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'in-the-way'), '');
  const options = { folder: join(folder, 'in-the-way', 'store'), memory: new TestMemory(1024 * 1024) };
  const operator = new OperatorStates(
    { operatorId: 'a', operatorName: 'x' },
    ALL_GROUPS,
    new ManualClock(),
    diskStore(options),
  );
  const { void: bucket } = operator.keyed().table<string>('state');
  const error = t.throws(
    () => {
      for (let n = 0; n < 20_000; n++) bucket.set(n, n, 'x'.repeat(50));
    },
    { message: /in-the-way/ },
  );
  t.is((error as { code?: string }).code, 'STATE_DISK_FAILED');
});

test('a savepoint is one job’s once it is claimed', async (t) => {
  const folder = folderOf(t);
  await claimFolder(folder, 'a'.repeat(32));
  await claimFolder(folder, 'a'.repeat(32));
  await t.throwsAsync(claimFolder(folder, 'b'.repeat(32)), { message: /belongs to job aaaaaaaa/ });
});

test('values that have expired go when the log is cleaned', (t) => {
  const clock = new ManualClock();
  const folder = folderOf(t);
  const memory = new TestMemory(2 * 1024 * 1024);
  const options = { folder: join(folder, 'store'), memory, segmentBytes: 64 * 1024 };
  const operator = new OperatorStates({ operatorId: 'a', operatorName: 'x' }, ALL_GROUPS, clock, diskStore(options));
  const descriptor = new ValueStateDescriptor<string>('seen');
  descriptor.enableTimeToLive(StateTtlConfig.newBuilder(Time.seconds(1)).build());
  const backend = operator.keyed();
  const state = keyedStateStore(backend).getState(descriptor);
  for (let n = 0; n < 60_000; n++) {
    backend.setCurrentKey(n);
    state.update('x'.repeat(40));
    if (n % 100 === 0) clock.advance(10);
  }
  backend.setCurrentKey(59_999);
  t.is(state.value(), 'x'.repeat(40));
  backend.setCurrentKey(1);
  t.falsy(state.value());
  // About 10,000 keys live at a time; all 60,000 would need much more.
  t.true(memory.usedBytes < 60_000 * 10, `${memory.usedBytes}`);
  operator.close();
});
