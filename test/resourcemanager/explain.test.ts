/** Each gate that an application can wait at, as a live ResourceManager tells it over REST, by scheduler. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import {
  FakeAppMaster,
  FakeNode,
  http,
  newFolder,
  startResourceManager,
  submit,
  until,
  type PolicyFiles,
} from './fixtures.js';

interface Live {
  rm: ResourceManager;
  nodes: FakeNode[];
  /** Submits an application and waits for its AppMaster. */
  readonly running: (queue: string) => Promise<{ id: string; master: FakeAppMaster }>;
}

async function live(
  t: ExecutionContext,
  schedulerClass: string,
  policies: PolicyFiles,
  sizes: number[],
): Promise<Live> {
  const folder = newFolder();
  const rm = await startResourceManager(folder, { settings: { schedulerClass, nodeLabels: 'centralized' }, policies });
  const nodes = sizes.map((memoryMb, at) => new FakeNode(() => rm.url, `n${at}:1`, { memoryMb, vcores: 32 }).start());
  const masters: FakeAppMaster[] = [];
  t.teardown(async () => {
    for (const { client } of [...nodes, ...masters]) client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the nodes', () => nodes.every(({ registrations }) => registrations > 0));
  const running = async (queue: string) => {
    const id = await submit(rm, { queue });
    const context = await until(
      'its start',
      () =>
        nodes.flatMap(({ starts }) => starts).find((start) => start.context.environment['WEFT_APPLICATION_ID'] === id)
          ?.context,
    );
    const master = new FakeAppMaster(() => rm.url, context);
    masters.push(master);
    await until('its registration', () => master.registrations > 0);
    return { id, master };
  };
  return { rm, nodes, running };
}

async function closedGate(rm: ResourceManager, id: string) {
  const { body } = await http(rm, 'GET', `/ws/v1/weft/apps/${id}/explain`);
  const gates = body['gates'] as { gate: string; passed: boolean; message: string; remedy?: string }[];
  const closed = gates.find(({ passed }) => !passed);
  return {
    verdict: String(body['verdict']),
    gate: closed?.gate,
    message: closed?.message ?? '',
    remedy: closed?.remedy,
  };
}

const capacity = (changes: Readonly<Record<string, string>>): PolicyFiles =>
  capacityFiles({
    'maximum-am-resource-percent': '1',
    'root.queues': 'default,b',
    'root.default.capacity': '50',
    'root.b.capacity': '50',
    'root.default.user-limit-factor': '10',
    ...changes,
  });
const fair = (queues: string): PolicyFiles => ({
  ...capacityFiles({}),
  allocations: { text: `<allocations>${queues}</allocations>`, path: 'fair-scheduler.xml' },
});

interface Case {
  scheduler: string;
  gate: string;
  policies: PolicyFiles;
  sizes?: number[];
  /** @returns the application that waits */
  readonly wait: (live: Live) => Promise<string>;
  says: RegExp;
}

/** Two applications, of which the second may not have its AppMaster. */
const second =
  (queue = 'default') =>
  async ({ rm, running }: Live): Promise<string> => {
    await running(queue);
    return submit(rm, { queue });
  };
/** One that asks for more than it may have. */
const hungry =
  (count: number, memoryMb: number, queue = 'default') =>
  async ({ running }: Live): Promise<string> => {
    const { id, master } = await running(queue);
    await master.ask(count, memoryMb);
    return id;
  };

const CASES: readonly Case[] = [
  {
    ...{ scheduler: 'fifo', gate: 'no-nodes', policies: fair(''), sizes: [] },
    wait: ({ rm }) => submit(rm),
    says: /no NodeManager is registered/,
  },
  { scheduler: 'fifo', gate: 'node-fit', policies: fair(''), wait: hungry(100, 512), says: /uses 3840 of 4096 MB/ },
  {
    ...{ scheduler: 'capacity', gate: 'maximum-parallel-applications', wait: second() },
    policies: capacity({ 'root.default.max-parallel-apps': '1' }),
    says: /root\.default runs 1 applications, and 1 is the limit/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'am-share', wait: second() },
    policies: capacity({ 'maximum-am-resource-percent': '0.05' }),
    says: /would use 512 MB .* is the limit/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'user-limit', wait: hungry(100, 512) },
    policies: capacity({ 'root.default.user-limit-factor': '0.5' }),
    says: /ada uses \d+ MB .* of 1024 MB/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'queue-capacity', wait: hungry(100, 512) },
    policies: capacity({ 'root.default.maximum-capacity': '50' }),
    says: /root\.default uses 1792 MB .* of at most 2048 MB .* exceeds it in memory/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'parent-capacity' },
    policies: capacityFiles({
      ...{ 'maximum-am-resource-percent': '1', 'root.queues': 'p,b', 'root.p.capacity': '50', 'root.b.capacity': '50' },
      ...{
        'root.p.maximum-capacity': '50',
        'root.p.queues': 'a,c',
        'root.p.a.capacity': '50',
        'root.p.c.capacity': '50',
      },
      ...{ 'root.p.a.user-limit-factor': '10', 'root.p.c.user-limit-factor': '10' },
    }),
    wait: async ({ running }) => {
      const [one, other] = [await running('a'), await running('c')];
      await one.master.ask(2, 512);
      await until('its containers', () => one.master.allocated.length === 2);
      await other.master.ask(100, 512);
      return other.id;
    },
    says: /root\.p uses \d+ MB .* of at most 2048 MB/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'label', policies: capacity({ 'root.default.accessible-node-labels': ' ' }) },
    wait: async ({ rm, running }) => {
      rm.view.labels.add([{ name: 'gpu', exclusive: true }]);
      const { id, master } = await running('b');
      const ask = { priority: 1, resourceName: '*', numContainers: 1, relaxLocality: true, label: 'gpu' };
      await master.client.session.call('allocate', {
        asks: [{ ...ask, resource: { memoryMb: 256, vcores: 1 } }],
        ...{ releases: [], blacklistAdditions: [], blacklistRemovals: [] },
      });
      // The queue that it asks in would be refused at once.
      await http(rm, 'PUT', `/ws/v1/cluster/apps/${id}/queue`, { queue: 'default' });
      return id;
    },
    says: /root\.default may not use nodes with the label gpu/,
  },
  {
    ...{ scheduler: 'capacity', gate: 'locality', policies: capacity({}) },
    wait: async ({ running }) => {
      const { id, master } = await running('default');
      await master.client.session.call('allocate', {
        asks: [
          {
            priority: 1,
            resourceName: '*',
            numContainers: 1,
            relaxLocality: true,
            resource: { memoryMb: 256, vcores: 1 },
          },
        ],
        ...{ releases: [], blacklistAdditions: ['n0'], blacklistRemovals: [] },
      });
      return id;
    },
    says: /not where it may run\. It avoids n0/,
  },
  {
    ...{ scheduler: 'fair', gate: 'maximum-parallel-applications', wait: second('q') },
    policies: fair('<queue name="q"><maxRunningApps>1</maxRunningApps></queue>'),
    says: /1/,
  },
  {
    ...{ scheduler: 'fair', gate: 'am-share', wait: second('q') },
    policies: fair('<queue name="q"><maxAMShare>0.3</maxAMShare></queue>'),
    says: /\d+ MB/,
  },
  {
    ...{ scheduler: 'fair', gate: 'queue-capacity', wait: hungry(100, 1024, 'q') },
    policies: fair('<queue name="q"><maxResources>2048 mb, 32 vcores</maxResources></queue>'),
    says: /2048 MB/,
  },
];

for (const { scheduler, gate, policies, sizes = [4096], wait, says } of CASES) {
  test(`${scheduler}: ${gate}`, async (t) => {
    const it = await live(t, scheduler, policies, sizes);
    const id = await wait(it);
    const closed = await closedGate(it.rm, id);
    t.is(closed.gate, gate, JSON.stringify(closed));
    t.regex(closed.message, says);
    t.true(closed.verdict.includes(`waits at the gate "${gate}"`));
    t.truthy(closed.remedy);
    const { body } = await http(it.rm, 'GET', `/ws/v1/cluster/scheduler/app-activities/${id}`);
    t.like(body, { appActivities: { applicationId: id, allocations: [{ allocationState: 'SKIPPED' }] } });
  });
}
