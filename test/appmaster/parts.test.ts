import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { EventOutbox } from '../../appmaster/event-outbox.js';
import { DeathPolicy } from '../../appmaster/jobmanager/death-policy.js';
import { lastWords } from '../../runtime/common/log/last-words.js';
import { requiredSlots } from '../../appmaster/modes/application-mode.js';
import { workerLaunchContext, workerResource } from '../../appmaster/workers/launch-context.js';
import { configurationOf } from '../../runtime/common/config/index.js';
import { jobManagerMemory } from '../../runtime/common/config/jobmanager-memory.js';
import { chainEvent } from '../../runtime/common/events/chain-events.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';

test('a JobManager is started again at once, then after longer pauses, then no more', (t) => {
  const policy = new DeathPolicy(4, 60_000);
  t.deepEqual(
    [0, 1, 2, 3, 4].map((nowMs) => policy.died(nowMs)),
    [0, 100, 200, 400, undefined],
  );
});

test('deaths that are far apart do not add up', (t) => {
  const policy = new DeathPolicy(1, 60_000);
  t.is(policy.died(0), 0);
  t.is(policy.died(60_000), 0);
  t.is(policy.died(60_001), undefined);
});

test('last words prefer errors and read structured lines', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-am-'));
  const file = join(folder, 'jobmanager.log');
  writeFileSync(
    file,
    [
      JSON.stringify({ level: 30, msg: 'listening' }),
      JSON.stringify({ level: 60, msg: 'could not start', err: { message: 'port taken' } }),
      '',
    ].join('\n'),
  );
  t.deepEqual(lastWords([join(folder, 'missing'), file]), ['could not start: port taken']);
  writeFileSync(file, 'RangeError: boom\n    at main.ts:3\n');
  t.deepEqual(lastWords([file]), ['RangeError: boom', '    at main.ts:3']);
});

test('slots are the widest vertex of each slot sharing group', (t) => {
  const vertices = [
    { slotSharingGroup: 'default', parallelism: 2 },
    { slotSharingGroup: 'default', parallelism: 4 },
    { slotSharingGroup: 'heavy', parallelism: 3 },
  ];
  t.is(requiredSlots({ vertices } as unknown as JobGraph), 7);
});

test('events stay until a heartbeat was answered', async (t) => {
  const outbox = new EventOutbox();
  const event = chainEvent(4, 'appmaster', 1, 'application_1_0001', {});
  outbox.add(event);
  await t.throwsAsync(outbox.deliver(() => Promise.reject(new Error('away'))));
  const sent: unknown[] = [];
  await outbox.deliver((events) => Promise.resolve(sent.push(...events)));
  await outbox.deliver((events) => Promise.resolve(sent.push(...events)));
  t.deepEqual(sent, [event]);
});

test('a TaskManager gets its configuration, its environment and a container of its size', (t) => {
  const configuration = configurationOf({
    'taskmanager.memory.process.size': '1025m',
    'taskmanager.numberOfTaskSlots': '3',
    'containerized.taskmanager.env.COLOUR': 'blue',
  });
  t.deepEqual(workerResource(configuration), { memoryMb: 1025, vcores: 3 });
  const { environment } = workerLaunchContext(configuration, {
    applicationId: 'application_1_0001',
    applicationToken: 'secret',
    applicationKey: 'key',
    appMasterUrl: 'http://am',
    resourceManagerUrl: 'http://rm',
    shippedFiles: [],
  });
  t.is(environment['COLOUR'], 'blue');
  t.is(environment['WEFT_AM_URL'], 'http://am');
  const shipped = JSON.parse(environment['WEFT_CONFIGURATION'] ?? '') as Record<string, string>;
  t.is(shipped['taskmanager.numberOfTaskSlots'], '3');
});

test('AppMaster and JobManager share the container', (t) => {
  const { appMasterHeapMb, jobManagerHeapMb } = jobManagerMemory(512 * 1024 * 1024);
  t.true(appMasterHeapMb + jobManagerHeapMb < 512 - 64, 'room for what is not heap');
  t.true(jobManagerMemory(128 * 1024 * 1024).jobManagerHeapMb >= 48);
});
