/** Each gate that an application of the Capacity scheduler can wait at, with its numbers. */
import test from 'ava';
import type { Scheduler } from '../../../../resourcemanager/scheduler/index.js';
import { applyEach, capacityFiles, newScheduler, submitted } from '../policy-fixtures.js';
import { MB, app, ask, asked, nodeUpdated } from '../scheduler-fixtures.js';

const TWO: Readonly<Record<string, string>> = {
  'maximum-am-resource-percent': '1.0',
  'root.queues': 'a,b',
  'root.a.capacity': '50',
  'root.b.capacity': '50',
  'root.a.user-limit-factor': '10',
  'root.b.user-limit-factor': '10',
};

function scheduler(changes: Readonly<Record<string, string>> = {}): Scheduler {
  return newScheduler('capacity', capacityFiles({ ...TWO, ...changes }), 'heartbeat');
}

const HEARTBEAT = (number: number) => ({ type: 'node-heartbeat', nodeId: nodeIdOf(number) }) as const;
const nodeIdOf = (number: number) => {
  const event = nodeUpdated(number, MB(1));
  if (event.type !== 'node-updated') throw new TypeError();
  return event.node.nodeId;
};

function heartbeats(core: Scheduler, number: number, times: number): void {
  applyEach(
    core,
    Array.from({ length: times }, () => HEARTBEAT(number)),
  );
}

test('acl: who may not submit is refused, by groups too', (t) => {
  const core = scheduler({
    'yarn.acl.enable': 'true',
    'yarn.admin.acl': 'root',
    'root.acl_submit_applications': ' ',
    'root.acl_administer_queue': ' ',
    'root.a.acl_submit_applications': 'ann staff',
  });
  t.deepEqual(core.admit({ user: 'ann', queue: 'a' }), { queue: 'root.a' });
  t.deepEqual(core.admit({ user: 'bob', groups: ['staff'], queue: 'a' }), { queue: 'root.a' });
  t.like(core.admit({ user: 'bob', queue: 'a' }), {
    refusal: { gate: 'acl', message: 'bob may not submit applications to root.a.' },
  });
});

test('placement: a rule may reject', (t) => {
  const rules = JSON.stringify({ rules: [{ type: 'user', matches: 'eve', policy: 'reject' }] });
  const core = scheduler({ 'mapping-rule-format': 'json', 'mapping-rule-json': rules });
  t.like(core.admit({ user: 'eve', queue: 'default' }), { refusal: { gate: 'placement' } });
  t.like(core.admit({ user: 'ann', queue: 'nope' }), { refusal: { gate: 'queue' } });
});

test('queue-state: a stopped queue takes nothing', (t) => {
  const core = scheduler({ 'root.a.state': 'STOPPED' });
  t.deepEqual(core.admit({ user: 'u', queue: 'a' }), {
    refusal: { gate: 'queue-state', message: 'The queue root.a is STOPPED: it takes no applications.' },
  });
});

test('maximum-applications: the numbers of queue and user', (t) => {
  const core = scheduler({ 'root.a.maximum-applications': '1' });
  applyEach(core, submitted(1, 'root.a'));
  t.regex(refusalOf(core, 'a'), /root\.a has 1 applications already, and 1 is the limit/);
});

test('maximum-parallel-applications: held until another has ended', (t) => {
  const core = scheduler({ 'root.a.max-parallel-apps': '1' });
  applyEach(core, [nodeUpdated(1, MB(4096)), ...submitted(1, 'root.a'), ...submitted(2, 'root.a')]);
  applyEach(core, [asked(2, ask(1, MB(128)))]);
  t.like(core.refusal(app(2), 0), { gate: 'maximum-parallel-applications' });
  t.regex(core.refusal(app(2), 0)?.message ?? '', /root\.a runs 1 applications, and 1 is the limit/);
  applyEach(core, [{ type: 'application-removed', applicationId: app(1) }]);
  t.true(core.usage(app(2))?.isActive);
});

test('am-share: what AppMasters use and may use', (t) => {
  const core = scheduler({ 'root.a.maximum-am-resource-percent': '0.25' });
  applyEach(core, [nodeUpdated(1, MB(4096))]);
  for (const number of [1, 2, 3]) {
    applyEach(core, [...submitted(number, 'root.a', { amMb: 512 }), asked(number, ask(1, MB(512)))]);
  }
  const refusal = core.refusal(app(3), 0);
  t.is(refusal?.gate, 'am-share');
  t.regex(refusal?.message ?? '', /would use 1536 MB .* with this one, and 1024 MB .* is the limit/);
});

test('user-limit: what the user has and may have', (t) => {
  const core = scheduler({ 'root.a.user-limit-factor': '0.5' });
  applyEach(core, [nodeUpdated(1, MB(4096, 64)), ...submitted(1, 'root.a'), asked(1, ask(20, MB(256)))]);
  heartbeats(core, 1, 20);
  t.like(core.refusal(app(1), 0), {
    gate: 'user-limit',
    message: 'ada uses 1280 MB and 5 vcores of 1024 MB and 1 vcore in root.a (1 active user).',
  });
});

test('queue-capacity and parent-capacity: the maximum of the queue, and of each above', (t) => {
  const core = scheduler({
    'root.a.maximum-capacity': '60',
    'root.a.queues': 'x,y',
    'root.a.x.capacity': '50',
    'root.a.y.capacity': '50',
    'root.a.x.maximum-capacity': '50',
    'root.a.x.user-limit-factor': '10',
    'root.a.y.user-limit-factor': '10',
  });
  applyEach(core, [nodeUpdated(1, MB(10_240, 64)), ...submitted(1, 'root.a.x'), ...submitted(2, 'root.a.y')]);
  applyEach(core, [asked(1, ask(20, MB(1024)))]);
  heartbeats(core, 1, 20);
  t.is(core.refusal(app(1), 0)?.gate, 'queue-capacity');
  applyEach(core, [asked(2, ask(20, MB(1024)))]);
  heartbeats(core, 1, 20);
  const refusal = core.refusal(app(2), 0);
  t.is(refusal?.gate, 'parent-capacity');
  t.regex(
    refusal?.message ?? '',
    /root\.a uses 6144 MB .* of at most 6144 MB .* one more container exceeds it in memory/,
  );
});

test('label: no access, and no node with it', (t) => {
  const core = scheduler({ 'root.a.accessible-node-labels': 'x', 'root.b.accessible-node-labels': 'y' });
  applyEach(core, [nodeUpdated(1, MB(4096)), ...submitted(1, 'root.b'), ...submitted(2, 'root.b')]);
  applyEach(core, [asked(1, ask(1, MB(128), { label: 'x' })), asked(2, ask(1, MB(128), { label: 'y' }))]);
  t.like(core.refusal(app(1), 0), { gate: 'label', message: 'root.b may not use nodes with the label x.' });
  t.true(['label', 'queue-capacity'].includes(core.refusal(app(2), 0)?.gate ?? ''));
});

test('node-fit: the dimension that is short', (t) => {
  const core = scheduler({ 'resource-calculator': 'DominantResourceCalculator' });
  applyEach(core, [nodeUpdated(1, MB(8192, 2)), ...submitted(1, 'root.a'), asked(1, ask(3, MB(128, 1)))]);
  heartbeats(core, 1, 3);
  const gates = core.explain(app(1), 0);
  const fit = gates.find(({ gate }) => gate === 'node-fit');
  t.false(fit?.passed);
  t.regex(fit?.message ?? '', /0 of 2 vcores/);
  t.regex(fit?.remedy ?? '', /more free vcores/);
});

test('reservation: all nodes with room are kept for another', (t) => {
  const core = scheduler();
  applyEach(core, [nodeUpdated(1, MB(1024)), nodeUpdated(2, MB(2048), { schedulable: false })]);
  applyEach(core, [...submitted(1, 'root.a'), asked(1, ask(2, MB(384)))]);
  heartbeats(core, 1, 2);
  applyEach(core, [...submitted(2, 'root.b'), asked(2, ask(1, MB(512)))]);
  heartbeats(core, 1, 1);
  t.is(core.nodeUsage(nodeIdOf(1))?.reservedBy, app(2));
  applyEach(core, [asked(1, ask(1, MB(128)))]);
  heartbeats(core, 1, 1);
  t.is(core.usage(app(1))?.pendingContainers, 1);
  const gate = core.explain(app(1), 0).find((each) => each.gate === 'reservation');
  t.false(gate?.passed);
  t.regex(gate?.message ?? '', new RegExp(`kept for ${app(2)}`));
});

test('locality: room, but not where it must run', (t) => {
  const core = scheduler();
  const line = (resourceName: string, relaxLocality: boolean) => ask(1, MB(128), { resourceName, relaxLocality });
  applyEach(core, [nodeUpdated(1, MB(1024)), ...submitted(1, 'root.a')]);
  applyEach(core, [asked(1, line('elsewhere', true), line('/default-rack', false), line('*', false))]);
  heartbeats(core, 1, 5);
  t.like(core.refusal(app(1), 0), { gate: 'locality' });
});

test('gates come in their order, with a remedy at the one that stops', (t) => {
  const core = scheduler();
  applyEach(core, [...submitted(1, 'root.a'), asked(1, ask(1, MB(128)))]);
  const gates = core.explain(app(1), 0);
  t.deepEqual(
    gates.map(({ gate }) => gate),
    [
      'acl',
      'placement',
      'queue-state',
      'maximum-applications',
      'maximum-parallel-applications',
      'am-share',
      'no-nodes',
    ],
  );
  t.false(gates.at(-1)?.passed);
  t.truthy(gates.at(-1)?.remedy);
});

function refusalOf(core: Scheduler, queue: string): string {
  const admitted = core.admit({ user: 'ada', queue });
  return 'refusal' in admitted ? admitted.refusal.message : '';
}
