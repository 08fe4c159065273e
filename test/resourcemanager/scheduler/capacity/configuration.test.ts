/** Contradictions in `capacity-scheduler.xml`: refused with file, line and reason; nothing is silently ignored. */
import test from 'ava';
import { hasCode } from '../../../../runtime/common/errors/index.js';
import { parseHadoopXml } from '../../../../runtime/common/config/hadoop-xml.js';
import { applyEach, capacityFiles, newScheduler, submitted } from '../policy-fixtures.js';
import { MB, app, ask, asked, nodeUpdated } from '../scheduler-fixtures.js';

const GOOD = { 'root.queues': 'a,b', 'root.a.capacity': '40', 'root.b.capacity': '60' };

const BAD: readonly [title: string, keys: Record<string, string>, reason: RegExp][] = [
  [
    '101 percent',
    { 'root.b.capacity': '61' },
    /capacity-scheduler\.xml:2: .*sum up to 101 percent, not 100 \(a 40, b 61\)/,
  ],
  ['a duplicate', { 'root.queues': 'a,b,a' }, /xml:1: .*the queue a is named twice/],
  ['a queue within itself', { 'root.a.queues': 'root.a' }, /"root\.a" cannot be the name of a queue/],
  ['markup', { 'root.queues': 'a,b,<b>' }, /"<b>" cannot be the name/],
  ['no number', { 'root.a.capacity': 'much' }, /"much" is not a percentage, a weight/],
  ['less than nothing', { 'root.a.capacity': '-5' }, /-5 is less than 0/],
  ['mixed kinds', { 'root.a.capacity': '2w' }, /it is percent, and its sibling root\.a weight/],
  ['maximum below', { 'root.a.maximum-capacity': '10' }, /the maximum of 10 percent is less than the capacity of 40/],
  ['no state', { 'root.a.state': 'SLEEPING' }, /"SLEEPING" is none of RUNNING, STOPPED/],
  [
    'runs below stopped',
    { 'root.state': 'STOPPED', 'root.a.state': 'RUNNING' },
    /cannot run, since its parent is stopped/,
  ],
  [
    'a lifetime by default beyond the longest',
    { 'root.a.maximum-application-lifetime': '60', 'root.a.default-application-lifetime': '61' },
    /xml:5: .*61 is more than the maximum-application-lifetime of 60 seconds/,
  ],
  [
    'a container beyond the largest of the cluster',
    { 'root.a.maximum-allocation-mb': '4097', 'yarn.scheduler.maximum-allocation-mb': '4096' },
    /xml:4: .*4097 is more than the cluster's yarn\.scheduler\.maximum-allocation-mb \(4096\)/,
  ],
  ['no calculator', { 'resource-calculator': 'Abacus' }, /there is no calculator Abacus/],
  ['no mapping', { 'queue-mappings': 'x:y' }, /"x:y" is not a mapping/],
  ['half an amount', { 'root.a.capacity': '[memory=]' }, /"memory=" is not an amount/],
];

for (const [title, keys, reason] of BAD) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => newScheduler('capacity', capacityFiles({ ...GOOD, ...keys })));
    t.true(hasCode(error, 'RM_BAD_QUEUES'));
    t.regex(error.message, reason);
  });
}

test('a key that nobody reads is told, with a did-you-mean', (t) => {
  const { warnings } = newScheduler('capacity', capacityFiles({ ...GOOD, 'root.a.user-limit-facter': '2' }));
  t.is(warnings.length, 1);
  t.regex(
    warnings[0] ?? '',
    /xml:4: the key .*user-limit-facter has no effect\. Did you mean .*root\.a\.user-limit-factor\?/,
  );
});

test('settings of threads that have no counterpart are told as such', (t) => {
  const { warnings } = newScheduler('capacity', capacityFiles({ ...GOOD, 'schedule-asynchronously.enable': 'true' }));
  t.regex(warnings[0] ?? '', /schedule-asynchronously\.enable has no effect\. Weft has no counterpart/);
});

test('a refresh that is refused changes nothing', (t) => {
  const scheduler = newScheduler('capacity', capacityFiles(GOOD));
  applyEach(scheduler, [nodeUpdated(1, MB(4096, 8)), ...submitted(1, 'root.a'), asked(1, ask(2, MB(512)))]);
  const before = scheduler.queueTree();
  t.throws(() => scheduler.refresh(capacityFiles({ ...GOOD, 'root.a.capacity': '50' })));
  t.throws(() => scheduler.refresh(capacityFiles({ 'root.queues': 'b', 'root.b.capacity': '100' })), {
    message: /root\.a: it would be removed while it is RUNNING/,
  });
  t.deepEqual(scheduler.queueTree(), before);
  scheduler.refresh(capacityFiles({ ...GOOD, 'root.a.capacity': '20', 'root.b.capacity': '80' }));
  t.is(scheduler.queueFacts('root.a', '')?.['absoluteCapacity'], Math.fround(0.2));
  t.is(scheduler.usage(app(1))?.containers, 2);
});

test('without a file there is one queue for all', (t) => {
  const scheduler = newScheduler('capacity');
  t.deepEqual(scheduler.queues, ['root.default']);
  t.is(scheduler.resolveQueue('default'), 'root.default');
});

test('entities and huge files are refused before they are read', (t) => {
  const bomb = '<?xml version="1.0"?>\n<!DOCTYPE c [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<configuration/>';
  const error = t.throws(() => parseHadoopXml(bomb, 'x.xml'));
  t.true(hasCode(error, 'CONFIG_BAD_FILE'));
  t.regex(error.message, /x\.xml:2: document types and entities are not read/);
  const huge = `<configuration>${' '.repeat(5 * 2 ** 20)}</configuration>`;
  t.regex(t.throws(() => parseHadoopXml(huge, 'x.xml')).message, /larger than 4 MB/);
});

test('lifetimes: a queue gives a default and cuts what is longer than its maximum; queues below inherit', (t) => {
  const scheduler = newScheduler(
    'capacity',
    capacityFiles({
      ...{ ...GOOD, 'root.maximum-application-lifetime': '100' },
      ...{ 'root.b.maximum-application-lifetime': '-1', 'root.b.default-application-lifetime': '50' },
    }),
  );
  t.is(scheduler.lifetimeIn('root.a', undefined), 100_000);
  t.is(scheduler.lifetimeIn('root.a', 60_000), 60_000);
  t.is(scheduler.lifetimeIn('root.a', 200_000), 100_000);
  t.is(scheduler.lifetimeIn('root.b', undefined), 50_000);
  t.is(scheduler.lifetimeIn('root.b', 200_000), 200_000);
});

test('a queue limits the size of its containers; queues below inherit, and asks are cut to it after rounding', (t) => {
  const scheduler = newScheduler(
    'capacity',
    capacityFiles({
      ...{ ...GOOD, 'root.a.queues': 'a1', 'root.a.a1.capacity': '100', 'maximum-am-resource-percent': '1' },
      ...{ 'root.a.maximum-allocation-mb': '1000', 'root.a.a1.maximum-allocation-vcores': '2' },
    }),
  );
  applyEach(scheduler, [nodeUpdated(1, MB(8192, 8)), ...submitted(1, 'root.a.a1'), asked(1, ask(1, MB(950)))]);
  t.deepEqual(scheduler.maximum('root.a.a1'), MB(1000, 2));
  t.deepEqual(scheduler.maximum('root.b'), MB(8192, 8));
  t.is(scheduler.usage(app(1))?.used.memoryMb, 1000);
  const over = scheduler.askRefusal('root.a.a1', MB(1001, 1), '');
  t.is(over?.message, '1001 MB of memory are more than a container of root.a.a1 may have (1000).');
  t.is(scheduler.askRefusal('root.a.a1', MB(1000, 3), '')?.gate, 'node-size');
  t.is(scheduler.askRefusal('root.a.a1', MB(1000, 2), ''), undefined);
  t.is(scheduler.askRefusal('root.b', MB(8192, 8), ''), undefined);
});

test('one property may limit all types of a queue; the others say nothing then', (t) => {
  const keys = {
    ...GOOD,
    'root.a.maximum-allocation': 'memory-mb=2Gi, vcores=2',
    'root.a.maximum-allocation-mb': '1000',
  };
  const scheduler = newScheduler('capacity', capacityFiles(keys));
  applyEach(scheduler, [nodeUpdated(1, MB(8192, 8))]);
  t.deepEqual(scheduler.maximum('root.a'), MB(2048, 2));
  t.deepEqual(scheduler.maximum('root.b'), MB(8192, 8));
  const error = t.throws(() =>
    newScheduler('capacity', capacityFiles({ ...GOOD, 'root.a.maximum-allocation': '2Gi' })),
  );
  t.regex(error?.message ?? '', /"2Gi" is not an amount/);
});

test('a managed parent makes leaf queues by its template, where a mapping sends the user', (t) => {
  const template = 'root.b.leaf-queue-template.';
  const scheduler = newScheduler(
    'capacity',
    capacityFiles({
      ...{ ...GOOD, 'root.b.auto-create-child-queue.enabled': 'true', 'queue-mappings': 'u:%user:root.b.%user' },
      ...{ [`${template}capacity`]: '25', [`${template}maximum-capacity`]: '50' },
      ...{ [`${template}maximum-allocation-mb`]: '512', 'maximum-am-resource-percent': '1' },
    }),
  );
  t.deepEqual(scheduler.admit({ user: 'ada', queue: 'default' }), { queue: 'root.b.ada' });
  applyEach(scheduler, [nodeUpdated(1, MB(10_240, 8)), ...submitted(1, 'root.b.ada')]);
  t.like(scheduler.queueTree().children.find(({ path }) => path === 'root.b')?.children, [
    { path: 'root.b.ada', guaranteed: { memoryMb: 1536 }, maximum: { memoryMb: 5120 } },
  ]);
  t.is(scheduler.maximum('root.b.ada')?.memoryMb, 512);
});

test('a leaf that was made goes with its last application, and is made anew for the next', (t) => {
  const scheduler = newScheduler(
    'capacity',
    capacityFiles({
      ...{ ...GOOD, 'root.b.auto-create-child-queue.enabled': 'true', 'queue-mappings': 'u:%user:root.b.%user' },
      ...{ 'root.b.leaf-queue-template.capacity': '25', 'maximum-am-resource-percent': '1' },
    }),
  );
  const leaves = (): readonly string[] => scheduler.queues.filter((path) => path.startsWith('root.b.'));
  applyEach(scheduler, [nodeUpdated(1, MB(10_240, 8)), ...submitted(1, 'root.b.ada'), ...submitted(2, 'root.b.bob')]);
  t.deepEqual(leaves(), ['root.b.ada', 'root.b.bob']);
  applyEach(scheduler, [{ type: 'application-removed', applicationId: app(1) }]);
  t.deepEqual(leaves(), ['root.b.bob']);
  t.deepEqual(scheduler.admit({ user: 'ada', queue: 'default' }), { queue: 'root.b.ada' });
  applyEach(scheduler, submitted(3, 'root.b.ada'));
  t.like(scheduler.queueTree().children.find(({ path }) => path === 'root.b')?.children[1], {
    path: 'root.b.ada',
    guaranteed: { memoryMb: 1536 },
  });
});

test('a managed parent makes one level, and nothing while it is stopped', (t) => {
  const keys = { ...GOOD, 'root.b.auto-create-child-queue.enabled': 'true', 'queue-mappings': 'u:%user:root.b.%user' };
  const sent = (changes: Record<string, string>) =>
    newScheduler('capacity', capacityFiles({ ...keys, ...changes })).admit({ user: 'ada', queue: 'default' });
  t.deepEqual(sent({}), { queue: 'root.b.ada' });
  t.true('refusal' in sent({ 'queue-mappings': 'u:%user:root.b.c.%user' }));
  t.true('refusal' in sent({ 'root.b.state': 'STOPPED' }));
});

test('the AppMasters of a label have a share of their own', (t) => {
  const label = 'accessible-node-labels.x';
  const scheduler = newScheduler(
    'capacity',
    capacityFiles({
      ...{ ...GOOD, [`root.${label}.capacity`]: '100', 'root.a.accessible-node-labels': 'x' },
      ...{ [`root.a.${label}.capacity`]: '100', [`root.a.${label}.maximum-am-resource-percent`]: '0.5' },
    }),
  );
  applyEach(scheduler, [nodeUpdated(1, MB(1024), { label: 'x' }), nodeUpdated(2, MB(10_240))]);
  t.like(scheduler.queueFacts('root.a', 'x'), { amLimit: { memoryMb: 512 } });
  t.like(scheduler.queueFacts('root.a', ''), { amLimit: { memoryMb: 1024 } });
});
