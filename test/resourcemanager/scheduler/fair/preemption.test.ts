/** Preemption of the Fair scheduler: a notice first, and the container `waitTimeBeforeKill` later. */
import test from 'ava';
import type { Decision } from '../../../../resourcemanager/scheduler/index.js';
import { applyEach, fairFiles, newScheduler, submitted } from '../policy-fixtures.js';
import { MB, ask, asked, nodeUpdated } from '../scheduler-fixtures.js';

const FILE = `<allocations><defaultFairSharePreemptionTimeout>2</defaultFairSharePreemptionTimeout>
  <defaultFairSharePreemptionThreshold>1</defaultFairSharePreemptionThreshold><queue name="a"/><queue name="b"/></allocations>`;

const kindsAt = (decisions: readonly Decision[]): string[] => decisions.map(({ kind }) => kind);

test('waitTimeBeforeKill: the victim is told, and ends when its time is up', (t) => {
  const files = fairFiles(FILE, { preemption: 'true', waitTimeBeforeKill: '5000' });
  const core = newScheduler('fair', files, 'heartbeat');
  const node = nodeUpdated(1, MB(4096, 32));
  if (node.type !== 'node-updated') throw new TypeError();
  const heartbeat = { type: 'node-heartbeat', nodeId: node.node.nodeId } as const;
  const tick = (nowMs: number): Decision[] => applyEach(core, [{ type: 'tick' }], nowMs);
  applyEach(core, [node, ...submitted(1, 'root.a'), asked(1, ask(4, MB(1024)))]);
  applyEach(core, [heartbeat, heartbeat, heartbeat, heartbeat]);
  t.is(core.totals().used.memoryMb, 4096);
  t.deepEqual(tick(9999), [], 'nobody lacks anything');
  applyEach(core, [...submitted(2, 'root.b'), asked(2, ask(1, MB(1024)))], 10_000);
  t.deepEqual(tick(10_000), [], 'not yet starved for its two seconds');
  let noticedMs = 10_000;
  let notices: Decision[] = [];
  while (notices.length === 0 && noticedMs < 20_000) {
    noticedMs += 500;
    notices = tick(noticedMs);
  }
  t.deepEqual(kindsAt(notices), ['preemption-notice']);
  t.true(noticedMs >= 11_999 && noticedMs <= 13_000, `told at ${noticedMs}`);
  const [notice] = notices;
  if (notice?.kind !== 'preemption-notice') throw new TypeError();
  t.is(notice.deadlineMs, noticedMs + 5000);
  t.deepEqual(tick(noticedMs + 4999), [], 'it runs as long as it was told');
  const ended = tick(noticedMs + 5000);
  t.deepEqual(kindsAt(ended), ['preempt']);
  t.like(ended[0], { containerId: notice.containerId });
});
