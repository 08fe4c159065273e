/** Resource types besides memory and cores: declared in files, offered by nodes, asked for over REST and by AppMasters. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadYarnSite } from '../../runtime/common/config/yarn-site.js';
import { nodeResourcesOf } from '../../runtime/common/config/resource-types.js';
import { nodeSettings } from '../../nodemanager/settings.js';
import { settingsOf } from '../../resourcemanager/config/settings.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import { FakeAppMaster, FakeNode, http, newFolder, startResourceManager, submit, until } from './fixtures.js';

function conf(t: ExecutionContext, files: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-conf-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  for (const [name, keys] of Object.entries(files)) {
    const properties = Object.entries(keys).map(
      ([key, value]) => `<property><name>${key}</name><value>${value}</value></property>`,
    );
    writeFileSync(join(folder, name), `<configuration>\n${properties.join('\n')}\n</configuration>`);
  }
  return folder;
}

const TYPES = {
  'yarn.resource-types': 'yarn.io/gpu,disk',
  'yarn.resource-types.disk.units': 'Gi',
  'yarn.resource-types.yarn.io/gpu.maximum-allocation': '4',
};
const NODE = { 'yarn.nodemanager.resource-type.yarn.io/gpu': '2', 'yarn.nodemanager.resource-type.disk': '1Ti' };

test('types and amounts come from Hadoop’s files', (t) => {
  const folder = conf(t, { 'resource-types.xml': TYPES, 'node-resources.xml': NODE });
  const site = loadYarnSite(folder);
  t.deepEqual(site.warnings, []);
  t.like(settingsOf(site).resourceTypes.get('yarn.io/gpu'), { units: '', minimum: 0, maximum: 4 });
  const { resource } = nodeSettings({ home: folder, conf: folder, index: 0 });
  t.deepEqual(resource.others, { 'yarn.io/gpu': 2, disk: 1024 });
});

test('what is wrong with them is said with file and line', (t) => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ 'yarn.resource-types': 'a b' }, /yarn-site.xml:2: yarn.resource-types: "a b" is no name/],
    [{ 'yarn.resource-types': 'gpu', 'yarn.resource-types.gpu.type': 'fuzzy' }, /yarn-site.xml:3.*there is countable/],
    [{ 'yarn.resource-types': 'gpu', 'yarn.resource-types.gpu.units': 'lots' }, /^never$/],
    [{ 'yarn.nodemanager.resource-type.gpu': '1' }, /declares no gpu/],
    [{ 'yarn.resource-types': 'gpu', 'yarn.nodemanager.resource-type.gpu': '-1' }, /"-1" in units "" is no amount/],
    [
      { 'yarn.resource-types': 'd', 'yarn.resource-types.d.units': 'Gi', 'yarn.nodemanager.resource-type.d': '1M' },
      /no whole number of Gi/,
    ],
  ];
  for (const [keys, reason] of wrong) {
    const site = loadYarnSite(conf(t, { 'yarn-site.xml': keys }));
    const read = (): unknown => [settingsOf(site), nodeResourcesOf(site)];
    if (reason.source === '^never$') t.notThrows(read);
    else t.throws(read, { code: 'CONFIG_BAD_VALUE', message: reason }, JSON.stringify(keys));
  }
});

test('containers get them where they are, and what nobody has is refused', async (t) => {
  const folder = newFolder();
  const settings = {
    schedulerClass: 'capacity',
    resourceTypes: new Map([['gpu', { name: 'gpu', units: '', minimum: 0, maximum: 4 }]]),
  };
  const policies = capacityFiles({
    'resource-calculator': 'org.apache.hadoop.yarn.util.resource.DominantResourceCalculator',
    'maximum-am-resource-percent': '1',
    'root.queues': 'default',
    'root.default.capacity': '100',
  });
  const rm = await startResourceManager(folder, { settings, policies });
  const plain = new FakeNode(() => rm.url, 'plain:1', { memoryMb: 4096, vcores: 8 }).start();
  const gpu = new FakeNode(() => rm.url, 'gpu:1', { memoryMb: 2048, vcores: 4, others: { gpu: 2 } }).start();
  t.teardown(async () => {
    plain.client.close();
    gpu.client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the nodes', () => plain.registrations > 0 && gpu.registrations > 0);
  const information = (value: number, name = 'gpu') => ({
    memory: 256,
    vCores: 1,
    resourceInformations: {
      resourceInformation: [
        { name: 'memory-mb', value: 256 },
        { name, value },
      ],
    },
  });
  await submit(rm, { resource: information(1) });
  await until('the AppMaster where a GPU is', () => gpu.starts.length > 0);
  t.like((await http(rm, 'GET', '/ws/v1/cluster/nodes/gpu:1')).body, {
    node: {
      totalResource: {
        resourceInformations: {
          resourceInformation: [{ name: 'memory-mb' }, { name: 'vcores' }, { name: 'gpu', value: 2 }],
        },
      },
    },
  });
  const context = gpu.starts[0]?.context;
  if (context === undefined) throw new TypeError();
  const master = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => {
    master.client.close();
  });
  await until('its registration', () => master.registrations > 0);
  const allocate = (others: Record<string, number>, numContainers = 1) =>
    master.client.session.call('allocate', {
      asks: [
        {
          priority: 1,
          resourceName: '*',
          resource: { memoryMb: 256, vcores: 1, others },
          numContainers,
          relaxLocality: true,
        },
      ],
      ...{ releases: [], blacklistAdditions: [], blacklistRemovals: [] },
    });
  const { pendingReason = '' } = await allocate({ gpu: 1 }, 2);
  await until('the other GPU', () => master.allocated.length === 1);
  t.deepEqual(master.allocated[0]?.resource.others, { gpu: 1 });
  t.regex(pendingReason, /one more container exceeds it in gpu/);
  await t.throwsAsync(allocate({ gpu: 3 }), {
    code: 'RM_ASK_TOO_LARGE',
    message: /3 of gpu are more than any node has \(2\)/,
  });
  await t.throwsAsync(allocate({ gpu: 5 }), { code: 'RM_ASK_TOO_LARGE', message: /maximum-allocation \(4\)/ });
  await t.throwsAsync(allocate({ fpga: 1 }), { code: 'RM_UNKNOWN_RESOURCE_TYPE', message: /memory, vcores, gpu/ });
  await t.throwsAsync(submit(rm, { resource: information(1, 'fpga') }), { message: /RM_UNKNOWN_RESOURCE_TYPE/ });
});
