import test from 'ava';
import { hasCode } from '../../../runtime/common/errors/index.js';
import {
  createScheduler,
  type Allocation,
  type Scheduler,
  type SchedulerEvent,
} from '../../../resourcemanager/scheduler/index.js';
import { MB, added, app, ask, asked, newFifo, node, nodeUpdated } from './scheduler-fixtures.js';

function applyAll(scheduler: Scheduler, events: readonly SchedulerEvent[], nowMs = 0): Allocation[] {
  return events.flatMap((event) => scheduler.apply(event, nowMs) as Allocation[]);
}

test('an ask is answered at once, spread over the freest nodes', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [nodeUpdated(1, MB(1024, 4)), nodeUpdated(2, MB(1024, 4)), ...added(1)]);
  const decisions = applyAll(scheduler, [asked(1, ask(3, MB(300)))]);
  t.deepEqual(
    decisions.map(({ nodeId, resource }) => [nodeId, resource.memoryMb]),
    [
      [node(1), 384],
      [node(2), 384],
      [node(1), 384],
    ],
  );
  t.deepEqual(String(decisions[0]?.containerId), 'container_1_0001_01_000001');
  t.is(scheduler.refusal(app(1), 0), undefined);
});

test('an ask replaces what was asked before; it is no delta', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, added(1));
  applyAll(scheduler, [asked(1, ask(3, MB(128))), asked(1, ask(2, MB(128)))]);
  t.is(scheduler.usage(app(1))?.pendingContainers, 2);
  applyAll(scheduler, [asked(1, ask(0, MB(128)))]);
  t.is(scheduler.usage(app(1))?.pendingContainers, 0);
  t.is(scheduler.apply(nodeUpdated(1, MB(1024)), 0).length, 0);
});

test('whoever was submitted first is served first, but room that is too small for it goes to the next', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [...added(2), ...added(1), asked(2, ask(2, MB(256))), asked(1, ask(1, MB(512)))]);
  const decisions = scheduler.apply(nodeUpdated(1, MB(768)), 0);
  t.deepEqual(
    decisions.map(({ applicationId }) => applicationId),
    [app(1), app(2)],
  );
  const small = newFifo();
  applyAll(small, [...added(1), ...added(2), asked(1, ask(1, MB(512))), asked(2, ask(1, MB(256)))]);
  t.deepEqual(
    small.apply(nodeUpdated(1, MB(384)), 0).map(({ applicationId }) => applicationId),
    [app(2)],
  );
});

test('within an application the lower priority number goes first, and nothing overtakes it', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, added(1));
  applyAll(scheduler, [asked(1, ask(1, MB(128), { priority: 5 }), ask(1, MB(640), { priority: 2 }))]);
  t.deepEqual(scheduler.apply(nodeUpdated(1, MB(512)), 0), []);
  t.deepEqual(
    applyAll(scheduler, [nodeUpdated(2, MB(1024))]).map(({ priority }) => priority),
    [2, 5],
  );
});

test('room that becomes free is given away at once', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [nodeUpdated(1, MB(512)), ...added(1), ...added(2)]);
  const [first] = scheduler.apply(asked(1, ask(1, MB(512))), 0);
  t.deepEqual(scheduler.apply(asked(2, ask(1, MB(512))), 0), []);
  const decisions = scheduler.apply(
    { type: 'container-ended', applicationId: app(1), containerId: first.containerId },
    0,
  );
  t.is(decisions[0]?.applicationId, app(2));
});

test('only memory decides, and each container counts as one virtual core', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [nodeUpdated(1, MB(1024, 1)), ...added(1)]);
  t.is(scheduler.apply(asked(1, ask(2, MB(128, 3))), 0).length, 2);
  t.deepEqual(scheduler.nodeUsage(node(1))?.used, MB(256, 2));
  t.is(scheduler.tooLarge(MB(128, 99)), undefined);
});

test('a suspect or unhealthy node gets nothing new and keeps what it has', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [nodeUpdated(1, MB(1024)), ...added(1), asked(1, ask(1, MB(256)))]);
  applyAll(scheduler, [nodeUpdated(1, MB(1024), { schedulable: false })]);
  t.deepEqual(scheduler.apply(asked(1, ask(1, MB(256))), 0), []);
  t.regex(scheduler.refusal(app(1), 0)?.message ?? '', /no NodeManager is healthy and connected/);
  t.is(scheduler.nodeUsage(node(1))?.containers.length, 1);
  t.is(scheduler.apply(nodeUpdated(1, MB(1024)), 0).length, 1);
});

test('locality: host before rack before anywhere; a bound ask waits for its host', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [
    nodeUpdated(1, MB(4096), { rack: '/a' }),
    nodeUpdated(2, MB(1024), { rack: '/b' }),
    nodeUpdated(3, MB(1024), { rack: '/b' }),
    ...added(1),
    ...added(2),
  ]);
  const lines = [
    ask(1, MB(512), { resourceName: 'host2' }),
    ask(2, MB(512), { resourceName: '/b' }),
    ask(3, MB(512), { resourceName: '*' }),
  ];
  t.deepEqual(
    scheduler.apply(asked(1, ...lines), 0).map(({ nodeId }) => nodeId),
    [node(2), node(3), node(1)],
  );
  const bound = [
    ask(2, MB(1024), { resourceName: 'host3' }),
    ask(2, MB(1024), { resourceName: '/b', relaxLocality: false }),
    ask(2, MB(1024), { resourceName: '*', relaxLocality: false }),
  ];
  t.deepEqual(scheduler.apply(asked(2, ...bound), 0), []);
  t.like(scheduler.refusal(app(2), 0), { gate: 'locality' });
  t.regex(scheduler.refusal(app(2), 0)?.message ?? '', /must run on host3 or \/b/);
});

test('blacklisted hosts are avoided until they are allowed again', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, [nodeUpdated(1, MB(1024)), ...added(1)]);
  const blacklisted: SchedulerEvent = {
    type: 'asked',
    applicationId: app(1),
    asks: [ask(1, MB(256))],
    blacklistAdditions: ['host1'],
    blacklistRemovals: [],
  };
  t.deepEqual(scheduler.apply(blacklisted, 0), []);
  t.regex(scheduler.refusal(app(1), 0)?.message ?? '', /avoids host1/);
  const allowed = { ...blacklisted, asks: [], blacklistAdditions: [], blacklistRemovals: ['host1'] };
  t.is(scheduler.apply(allowed, 0).length, 1);
});

test('who waits is told which gate stopped it, with numbers', (t) => {
  const scheduler = newFifo();
  applyAll(scheduler, added(1));
  scheduler.apply(asked(1, ask(2, MB(1000))), 1000);
  t.like(scheduler.refusal(app(1), 4000), {
    gate: 'no-nodes',
    message:
      '2 containers of 1024 MB and 1 vcore have waited since 1970-01-01T00:00:01Z: no NodeManager is registered.',
  });
  scheduler.apply(nodeUpdated(1, MB(512)), 4000);
  t.like(scheduler.refusal(app(1), 4000), { gate: 'node-size' });
  scheduler.apply(nodeUpdated(2, MB(1536)), 4000);
  const refusal = scheduler.refusal(app(1), 4000);
  t.is(refusal?.gate, 'node-fit');
  t.regex(
    refusal?.message ?? '',
    /1 container .* has 512 of \d+ MB .*; the whole cluster uses 1024 of 2048 MB and 1 of 2 vcores/,
  );
});

test('an ask above the maximum or above every node is too large', (t) => {
  const scheduler = newFifo({ maximumMemoryMb: 4096 });
  t.regex(scheduler.tooLarge(MB(4097))?.message ?? '', /4224 MB .*maximum-allocation-mb allows \(4096 MB\)/);
  scheduler.apply(nodeUpdated(1, MB(2048)), 0);
  t.regex(scheduler.tooLarge(MB(3000))?.message ?? '', /3072 MB .* largest node has \(2048 MB\)/);
  t.is(scheduler.tooLarge(MB(2048)), undefined);
});

test('after a restart containers are booked again, and new ids carry the epoch', (t) => {
  const scheduler = newFifo({ epoch: 3 });
  applyAll(scheduler, [nodeUpdated(1, MB(1024), { schedulable: false }), ...added(1)]);
  const containerId = 'container_1_0001_01_000001' as Allocation['containerId'];
  const recovered: SchedulerEvent = {
    type: 'container-recovered',
    applicationId: app(1),
    containerId,
    nodeId: node(1),
    resource: MB(768),
  };
  applyAll(scheduler, [recovered, recovered, nodeUpdated(1, MB(1024))]);
  t.deepEqual(scheduler.totals().used, MB(768));
  const [next] = scheduler.apply(asked(1, ask(2, MB(256))), 0);
  t.deepEqual(String(next?.containerId), 'container_e03_1_0001_01_000001');
  t.is(scheduler.usage(app(1))?.pendingContainers, 1);
});

test('queues: default by name or path, nothing else', (t) => {
  const scheduler = newFifo();
  t.is(scheduler.resolveQueue('default'), 'default');
  t.is(scheduler.resolveQueue('root.default'), 'default');
  t.is(scheduler.resolveQueue('production'), undefined);
});

test('the registry knows short names and Hadoop’s classes, and names what it has', (t) => {
  const settings = { minimum: MB(128), maximumMemoryMb: undefined, maximumVcores: undefined, epoch: 0 };
  const hadoop = 'org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler';
  t.is(createScheduler(hadoop, settings, 'x').name, 'fifo');
  const error = t.throws(() => createScheduler('lottery', settings, '/conf/yarn-site.xml:5'));
  t.true(hasCode(error, 'RM_UNKNOWN_SCHEDULER'));
  t.regex(error.message, /"lottery" \(set by \/conf\/yarn-site\.xml:5\)\. There is: fifo, fair, capacity\./);
});
