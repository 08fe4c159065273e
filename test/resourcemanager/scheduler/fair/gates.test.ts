/** Each gate that an application of the Fair scheduler can wait at, with its numbers. */
import test from 'ava';
import type { Scheduler } from '../../../../resourcemanager/scheduler/index.js';
import { applyEach, fairFiles, newScheduler, submitted } from '../policy-fixtures.js';
import { MB, app, ask, asked, node, nodeUpdated } from '../scheduler-fixtures.js';

/** The inner of `<allocations>`, and keys below `yarn.scheduler.fair.`. */
function scheduler(inner: string, keys: Readonly<Record<string, string>> = {}): Scheduler {
  return newScheduler('fair', fairFiles(`<allocations>${inner}</allocations>`, keys), 'heartbeat');
}

function heartbeats(core: Scheduler, number: number, times: number): void {
  for (let i = 0; i < times; i++) {
    core.apply({ type: 'tick' }, 0);
    core.apply({ type: 'node-heartbeat', nodeId: node(number) }, 0);
  }
}

const A_AND_B = '<queue name="a"/><queue name="b"/>';

test('acl: who may not submit is refused, by groups too', (t) => {
  const core = scheduler(
    `<queue name="root"><aclSubmitApps> </aclSubmitApps><aclAdministerApps> </aclAdministerApps>
      <queue name="a"><aclSubmitApps>ann staff</aclSubmitApps></queue></queue>`,
    { 'yarn.acl.enable': 'true' },
  );
  t.deepEqual(core.admit({ user: 'ann', queue: 'root.a' }), { queue: 'root.a' });
  t.deepEqual(core.admit({ user: 'bob', groups: ['staff'], queue: 'root.a' }), { queue: 'root.a' });
  t.deepEqual(core.admit({ user: 'bob', queue: 'root.a' }), {
    refusal: { gate: 'acl', message: 'bob may not submit applications to root.a.' },
  });
});

test('placement: the rules may reject, and a queue that cannot be made is none', (t) => {
  const rules =
    '<queuePlacementPolicy><rule name="specified" create="false"/><rule name="reject"/></queuePlacementPolicy>';
  const core = scheduler(`${A_AND_B}${rules}`);
  t.deepEqual(core.admit({ user: 'eve', queue: 'a' }), { queue: 'root.a' });
  t.like(core.admit({ user: 'eve', queue: 'c' }), { refusal: { gate: 'placement' } });
  t.like(core.admit({ user: 'eve', queue: 'root.a.below', isPlaced: true }), { refusal: { gate: 'queue' } });
});

const HELD: readonly (readonly [string, string, RegExp])[] = [
  ['its queue', '<queue name="a"><maxRunningApps>1</maxRunningApps></queue>', /root\.a runs 1 applications, and 1 is/],
  [
    'the queue above',
    '<queue name="root"><maxRunningApps>1</maxRunningApps><queue name="a"/></queue>',
    /root runs 1 applications, and 1 is/,
  ],
  ['its user', `${A_AND_B}<userMaxAppsDefault>1</userMaxAppsDefault>`, /user ada runs 1 applications, and 1 is/],
];

for (const [whose, inner, message] of HELD) {
  test(`maximum-parallel-applications: held by the limit of ${whose} until another has ended`, (t) => {
    const core = scheduler(inner);
    applyEach(core, [nodeUpdated(1, MB(4096)), ...submitted(1, 'root.a'), ...submitted(2, 'root.a')]);
    applyEach(core, [asked(2, ask(1, MB(128)))]);
    t.like(core.refusal(app(2), 0), { gate: 'maximum-parallel-applications' });
    t.regex(core.refusal(app(2), 0)?.message ?? '', message);
    applyEach(core, [{ type: 'application-removed', applicationId: app(1) }]);
    t.true(core.usage(app(2))?.isActive);
  });
}

test('am-share: what AppMasters use and may use', (t) => {
  const core = scheduler('<queue name="a"><maxAMShare>0.25</maxAMShare></queue>');
  applyEach(core, [nodeUpdated(1, MB(8192, 64))]);
  for (const number of [1, 2, 3]) {
    applyEach(core, [...submitted(number, 'root.a', { amMb: 1024 }), asked(number, ask(1, MB(1024)))]);
    heartbeats(core, 1, 1);
  }
  t.is(core.usage(app(2))?.containers, 1);
  t.is(core.usage(app(3))?.containers, 0);
  t.like(core.refusal(app(3), 0), { gate: 'am-share' });
  t.regex(core.refusal(app(3), 0)?.message ?? '', /would use 3072 MB .* and 2048 MB .* is the limit/);
});

test('queue-capacity and parent-capacity: the maximum of the queue, and of each above', (t) => {
  const core = scheduler(
    `<queue name="a"><maxResources>3072 mb, 64 vcores</maxResources>
      <queue name="x"><maxResources>2048 mb, 64 vcores</maxResources></queue><queue name="y"/></queue>`,
  );
  applyEach(core, [nodeUpdated(1, MB(8192, 64)), ...submitted(1, 'root.a.x'), ...submitted(2, 'root.a.y')]);
  applyEach(core, [asked(1, ask(8, MB(1024)))]);
  heartbeats(core, 1, 8);
  t.like(core.refusal(app(1), 0), { gate: 'queue-capacity' });
  t.regex(core.refusal(app(1), 0)?.message ?? '', /root\.a\.x uses 2048 MB .* of at most 2048 MB/);
  applyEach(core, [asked(2, ask(8, MB(1024)))]);
  heartbeats(core, 1, 8);
  t.like(core.refusal(app(2), 0), { gate: 'parent-capacity' });
  t.regex(core.refusal(app(2), 0)?.message ?? '', /root\.a uses 3072 MB .*: one more container exceeds it in memory/);
});

test('the size of a container: the limit of its queue, or of the nearest one above, and of nothing at all', (t) => {
  const core = scheduler(
    `<queue name="a"><maxContainerAllocation>2048 mb, 2 vcores</maxContainerAllocation>
      <queue name="x"/><queue name="y"><maxContainerAllocation>1024 mb, 4 vcores</maxContainerAllocation></queue></queue>
    <queue name="none"><maxResources>4096 mb, 0 vcores</maxResources></queue>
    <queue name="part"><maxContainerAllocation>50%</maxContainerAllocation></queue>`,
  );
  applyEach(core, [nodeUpdated(1, MB(8192, 8))]);
  t.deepEqual([core.maximum('root.a.x'), core.maximum('root.a.y')], [MB(2048, 2), MB(1024, 4)]);
  t.is(core.askRefusal('root.a.x', MB(2048, 2), ''), undefined);
  t.like(core.askRefusal('root.a.x', MB(2048, 3), ''), { gate: 'node-size' });
  t.regex(core.askRefusal('root.a.y', MB(2048, 1), '')?.message ?? '', /a container of root\.a\.y may have \(1024\)/);
  t.regex(core.askRefusal('root.none', MB(1024, 1), '')?.message ?? '', /root\.none may have no vcores at all/);
  t.is(core.askRefusal('root.part', MB(8192, 8), ''), undefined);
  t.regex(core.warnings.join(), /<maxContainerAllocation> has no effect: it takes amounts, not percentages/);
});

test('fair-share: stops nobody, and says what is had and due', (t) => {
  const core = scheduler(A_AND_B);
  applyEach(core, [nodeUpdated(1, MB(4096, 64))]);
  for (const [number, queue] of [[1, 'root.a'] as const, [2, 'root.b'] as const]) {
    applyEach(core, [...submitted(number, queue), asked(number, ask(8, MB(1024)))]);
  }
  heartbeats(core, 1, 3);
  const share = core.explain(app(2), 0).find(({ gate }) => gate === 'fair-share');
  t.like(share, { passed: true });
  t.regex(share?.message ?? '', /its fair share is 2048 MB .*; root\.b uses .* of a fair share of 2048 MB/);
});

test('node-fit: the dimension that is short', (t) => {
  const core = scheduler(A_AND_B);
  applyEach(core, [nodeUpdated(1, MB(8192, 2)), ...submitted(1, 'root.a'), asked(1, ask(3, MB(1024, 1)))]);
  heartbeats(core, 1, 3);
  const fit = core.explain(app(1), 0).find(({ gate }) => gate === 'node-fit');
  t.like(fit, { passed: false });
  t.regex(fit?.message ?? '', /0 of 2 vcores/);
});

test('reservation: the node is kept for whoever lacks most', (t) => {
  const core = scheduler(A_AND_B, { 'reservable-nodes': '1.0' });
  applyEach(core, [nodeUpdated(1, MB(4096, 64)), ...submitted(1, 'root.a'), asked(1, ask(3, MB(1024)))]);
  heartbeats(core, 1, 3);
  applyEach(core, [...submitted(2, 'root.b'), asked(2, ask(1, MB(2048)))]);
  heartbeats(core, 1, 1);
  t.is(core.nodeUsage(node(1))?.reservedBy, app(2));
  applyEach(core, [asked(1, ask(1, MB(1024)))]);
  heartbeats(core, 1, 1);
  const gate = core.explain(app(1), 0).find((each) => each.gate === 'reservation');
  t.like(gate, { passed: false });
  t.regex(gate?.message ?? '', new RegExp(`kept for ${app(2)}`));
});

test('locality: room, but not where it must run', (t) => {
  const core = scheduler(A_AND_B);
  const line = (resourceName: string, relaxLocality: boolean) => ask(1, MB(1024), { resourceName, relaxLocality });
  applyEach(core, [nodeUpdated(1, MB(4096)), ...submitted(1, 'root.a')]);
  applyEach(core, [asked(1, line('elsewhere', true), line('/default-rack', false), line('*', false))]);
  heartbeats(core, 1, 5);
  t.like(core.refusal(app(1), 0), { gate: 'locality' });
});

test('gates come in their order, with a remedy at the one that stops', (t) => {
  const core = scheduler(A_AND_B);
  applyEach(core, [...submitted(1, 'root.a'), asked(1, ask(1, MB(128)))]);
  const gates = core.explain(app(1), 0);
  t.deepEqual(
    gates.map(({ gate }) => gate),
    [
      ...['acl', 'placement', 'maximum-parallel-applications', 'am-share', 'queue-capacity', 'parent-capacity'],
      ...['fair-share', 'no-nodes'],
    ],
  );
  t.like(gates.at(-1), { passed: false });
  t.truthy(gates.at(-1)?.remedy);
});

test('continuous scheduling is told to have no effect', (t) => {
  const { warnings } = scheduler(A_AND_B, { 'yarn.scheduler.fair.continuous-scheduling-enabled': 'true' });
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /continuous-scheduling-enabled has no effect/);
});
