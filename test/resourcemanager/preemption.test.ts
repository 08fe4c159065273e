/** A container that is taken for others: its AppMaster is warned, and told who took it, why and by which rule. */
import { rmSync } from 'node:fs';
import test from 'ava';
import type { RawEntry } from '../../runtime/common/config/configuration.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import {
  FakeAppMaster,
  FakeNode,
  appOf,
  newFolder,
  startResourceManager,
  submit,
  until,
  type PolicyFiles,
} from './fixtures.js';

const MONITOR = 'yarn.resourcemanager.monitor.capacity.preemption.';
const site = new Map<string, RawEntry>(
  Object.entries({
    'yarn.resourcemanager.scheduler.monitor.enable': 'true',
    [`${MONITOR}monitoring_interval`]: '100',
    [`${MONITOR}max_wait_before_kill`]: '300',
    [`${MONITOR}total_preemption_per_round`]: '1',
    [`${MONITOR}natural_termination_factor`]: '1',
  }).map(([key, value], at) => [key, { value, origin: `yarn-site.xml:${at + 1}` }]),
);
const CAPACITY = capacityFiles({
  'maximum-am-resource-percent': '1',
  'root.queues': 'a,b',
  'root.a.capacity': '50',
  'root.b.capacity': '50',
  'root.a.maximum-capacity': '100',
  'root.a.user-limit-factor': '10',
});
const FAIR = {
  text: `<allocations><defaultFairSharePreemptionTimeout>1</defaultFairSharePreemptionTimeout>
    <defaultFairSharePreemptionThreshold>1</defaultFairSharePreemptionThreshold><queue name="a"/><queue name="b"/></allocations>`,
  path: 'fair-scheduler.xml',
};
const FAIR_SITE = new Map<string, RawEntry>(
  Object.entries({
    'yarn.scheduler.fair.preemption': 'true',
    'yarn.scheduler.fair.waitTimeBeforeKill': '300',
    'yarn.resource-types.memory-mb.increment-allocation': '256',
  }).map(([key, value], at) => [key, { value, origin: `yarn-site.xml:${at + 1}` }]),
);

const RULES: readonly [scheduler: string, policies: PolicyFiles, rule: RegExp][] = [
  ['capacity', { ...CAPACITY, site }, /^Container preempted by the capacity scheduler\. .*root\.a.*\d+ MB/],
  [
    'fair',
    { ...CAPACITY, site: FAIR_SITE, allocations: FAIR },
    /^Container preempted by the fair scheduler\. .*for application_.* in root\.b/,
  ],
];

for (const [schedulerClass, policies, rule] of RULES) {
  test(`on the ${schedulerClass} scheduler`, async (t) => {
    const folder = newFolder();
    const rm = await startResourceManager(folder, { settings: { schedulerClass }, policies });
    const node = new FakeNode(() => rm.url, 'n:1', { memoryMb: 4096, vcores: 32 }).start();
    const masters: FakeAppMaster[] = [];
    t.teardown(async () => {
      for (const { client } of [...masters, node]) client.close();
      await rm.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await until('the node', () => node.registrations > 0);
    const greedy = await submit(rm, { queue: 'a' });
    await until('its AppMaster', () => node.starts.length > 0);
    const [first] = node.starts;
    if (first === undefined) throw new TypeError();
    const master = new FakeAppMaster(() => rm.url, first.context);
    masters.push(master);
    await until('its registration', () => master.registrations > 0);
    await master.ask(100, 256);
    await until(
      'all of the node',
      () => master.allocated.length >= 3 && rm.view.scheduler.totals().used.memoryMb === 4096,
    );
    const askedMs = rm.view.clock.nowMs();
    const other = await submit(rm, { queue: 'b' });
    await until('the AppMaster of the other', () => node.starts.length > 1);
    const [notice] = master.notices;
    const { exit } = master.completed[0] ?? {};
    t.true((notice?.deadlineMs ?? 0) >= askedMs);
    t.is(notice?.containerId, master.completed[0]?.containerId);
    t.like(exit, { kind: 'preempted', exitStatus: -102 });
    t.regex(exit?.diagnostics ?? '', rule);
    t.true(exit?.diagnostics.endsWith(notice?.reason ?? 'no reason'));
    const report = await appOf(rm, greedy);
    t.true(Number(report['preemptedResourceMB']) > 0 && Number(report['numNonAMContainerPreempted']) > 0);
    t.like(await appOf(rm, other), { preemptedResourceMB: 0 });
  });
}
