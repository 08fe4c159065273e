/** Racks of hosts: by table or script, as Hadoop's configuration says, and containers where they were asked for. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadRackMapping } from '../../resourcemanager/config/rack-mapping.js';
import { DEFAULT_RACK, parseRackList, parseRackTable } from '../../resourcemanager/nodes/rack-table.js';
import { Racks, type RackMapping } from '../../resourcemanager/nodes/racks.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { FakeAppMaster, FakeNode, http, newFolder, startResourceManager, submit, until } from './fixtures.js';

const TABLE = 'org.apache.hadoop.net.TableMapping';

/** A folder of configuration: `core-site.xml`, and files beside it. */
function conf(t: ExecutionContext, properties: Record<string, string>, files: Record<string, string> = {}): string {
  const folder = newFolder();
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const lines = Object.entries(properties).map(
    ([name, value]) => `<property><name>net.topology.${name}</name><value>${value}</value></property>`,
  );
  writeFileSync(join(folder, 'core-site.xml'), `<configuration>\n${lines.join('\n')}\n</configuration>`);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o755 });
  return folder;
}

/** No question to a name server. */
const addressOf = (host: string): Promise<string> => Promise.resolve(host === 'named' ? '10.0.0.7' : host);
const mappingOf = (folder: string): RackMapping => loadRackMapping(folder, addressOf);

function hearing(): { log: Logger; warnings: string[] } {
  const warnings: string[] = [];
  const warn = (first: unknown, second?: string): void => void warnings.push(second ?? String(first));
  return { log: { warn } as unknown as Logger, warnings };
}

test('a table: comments, bad lines left out with their place, the later of two lines', (t) => {
  const { racks, warnings } = parseRackTable('# racks\n a /r1\r\n\nb\t/room/r2\nc\nd r4\ne /r5 x\na /r9\n', 'hosts');
  t.deepEqual(Object.fromEntries(racks), { a: '/r9', b: '/room/r2' });
  t.deepEqual(
    warnings.map((text) => text.slice(0, 'hosts:5'.length)),
    ['hosts:5', 'hosts:6', 'hosts:7'],
  );
});

test('what a script prints: a rack for each host, or it counts for nothing', (t) => {
  t.deepEqual(parseRackList(' /a\n/b /c\n', 3), ['/a', '/b', '/c']);
  t.throws(() => parseRackList('/a', 2), { message: 'it printed 1 racks for 2 hosts' });
  t.throws(() => parseRackList('/a oops', 2), { message: /"oops"/ });
});

test('the mapping that the configuration names, by class or short name', async (t) => {
  const files = { racks: 'a /r1\n10.0.0.7 /r2\n' };
  const table = mappingOf(conf(t, { 'node.switch.mapping.impl': TABLE, 'table.file.name': 'racks' }, files));
  t.deepEqual(await table.lookUp(['a', 'named', 'other']), ['/r1', '/r2', DEFAULT_RACK]);
  t.deepEqual(await mappingOf(conf(t, {})).lookUp(['a']), [DEFAULT_RACK]);
  const tableless = mappingOf(conf(t, { 'node.switch.mapping.impl': 'TableMapping' }));
  t.regex(tableless.warnings[0] ?? '', /core-site\.xml:2: .*net\.topology\.table\.file\.name/);
  t.deepEqual(await tableless.lookUp(['a']), [DEFAULT_RACK]);
  t.throws(() => mappingOf(conf(t, { 'node.switch.mapping.impl': 'com.example.Mine' })), {
    code: 'CONFIG_BAD_VALUE',
    message: /core-site\.xml:2: .*com\.example\.Mine/,
  });
});

test('a script: addresses, so many at once as it can take, and the default rack when it fails', async (t) => {
  const script = '#!/bin/sh\necho "$@" >> "$0.calls"\nfor host; do [ "$host" = bad ] && exit 3; echo /of-$host; done\n';
  const settings = { 'script.file.name': 'topology.sh', 'script.number.args': '2' };
  const folder = conf(t, settings, { 'topology.sh': script });
  const { log, warnings } = hearing();
  const racks = new Racks(log, () => mappingOf(folder));
  const all = await Promise.all(['named', 'a', 'b', 'a', 'c'].map((host) => racks.of(host)));
  t.deepEqual(all, ['/of-10.0.0.7', '/of-a', '/of-b', '/of-a', '/of-c']);
  t.deepEqual(warnings, []);
  t.is(await racks.of('bad'), DEFAULT_RACK);
  t.regex(warnings[0] ?? '', /racks of hosts cannot be told/);
  writeFileSync(join(folder, 'topology.sh'), '#!/bin/sh\necho /mended\n');
  t.is(await racks.of('bad'), '/mended', 'a failure is not remembered');
  t.is(await racks.of('a'), '/of-a', 'an answer is');
});

test('a table that cannot be read: one rack at the start, refused at a refresh', async (t) => {
  const folder = conf(t, { 'node.switch.mapping.impl': 'TableMapping', 'table.file.name': 'racks' });
  const { log, warnings } = hearing();
  const racks = new Racks(log, () => mappingOf(folder));
  t.regex(warnings[0] ?? '', /table of racks cannot be read/);
  t.is(await racks.of('a'), DEFAULT_RACK);
  writeFileSync(join(folder, 'racks'), 'a /r1\nb\n');
  racks.refresh();
  t.regex(warnings[1] ?? '', /racks:2: "b"/);
  t.is(await racks.of('a'), '/r1');
  rmSync(join(folder, 'racks'));
  t.throws(
    () => {
      racks.refresh();
    },
    { code: 'CONFIG_BAD_FILE' },
  );
  t.is(await racks.of('a'), '/r1');
});

interface Cluster {
  rm: ResourceManager;
  folder: string;
  node: (id: string) => Promise<FakeNode>;
}

/** A ResourceManager whose table places the hosts a and b in /r1, and c in /r2. */
async function cluster(t: ExecutionContext): Promise<Cluster> {
  const folder = conf(
    t,
    { 'node.switch.mapping.impl': TABLE, 'table.file.name': 'racks' },
    { racks: 'a /r1\nb /r1\nc /r2\n' },
  );
  mkdirSync(join(folder, 'rm'));
  const rm = await startResourceManager(join(folder, 'rm'), { racks: () => mappingOf(folder) });
  t.teardown(() => rm.stop());
  const node = async (id: string): Promise<FakeNode> => {
    const fake = new FakeNode(() => rm.url, id).start();
    t.teardown(() => {
      fake.client.close();
    });
    await until(`${id} to register`, () => fake.registrations > 0);
    return fake;
  };
  return { rm, folder, node };
}

async function rackOf(rm: ResourceManager, id: string): Promise<unknown> {
  const { body } = await http(rm, 'GET', `/ws/v1/cluster/nodes/${id}`);
  return (body['node'] as Record<string, unknown>)['rack'];
}

test('asks for a host and for a rack are met there, and nowhere else', async (t) => {
  const { rm, node } = await cluster(t);
  const first = await node('a:1');
  await submit(rm);
  const { context } = await until('the AppMaster', () => first.starts[0]);
  await node('b:1');
  await node('c:1');
  t.deepEqual(await Promise.all(['a:1', 'b:1', 'c:1'].map((id) => rackOf(rm, id))), ['/r1', '/r1', '/r2']);
  const master = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => {
    master.client.close();
  });
  await until('its registration', () => master.registrations > 0);
  const ask = (priority: number, names: Record<string, boolean>) =>
    master.client.session.call('allocate', {
      asks: Object.entries(names).map(([resourceName, relaxLocality]) => ({
        ...{ priority, resourceName, relaxLocality, numContainers: 2, resource: { memoryMb: 128, vcores: 1 } },
      })),
      ...{ releases: [], blacklistAdditions: [], blacklistRemovals: [] },
    });
  const placed = (priority: number): string[] =>
    master.allocated.filter((container) => container.priority === priority).map(({ nodeId }) => nodeId);
  await ask(1, { '/r2': true, '*': false });
  await until('two containers in the rack', () => placed(1).length === 2);
  await ask(2, { b: true, '/r1': false, '*': false });
  await until('two containers on the host', () => placed(2).length === 2);
  t.deepEqual(
    [placed(1), placed(2)],
    [
      ['c:1', 'c:1'],
      ['b:1', 'b:1'],
    ],
  );
});

test('a table that has changed holds from the next refresh on, for nodes that register then', async (t) => {
  const { rm, folder, node } = await cluster(t);
  await node('a:1');
  writeFileSync(join(folder, 'racks'), 'a /r8\nc /r9\n');
  await node('c:1');
  t.is(await rackOf(rm, 'c:1'), '/r2', 'not read yet');
  t.is((await http(rm, 'POST', '/weft/v1/nodes/refresh')).status, 200);
  const again = await node('c:2');
  t.is(await rackOf(rm, again.nodeId), '/r9');
  t.is(await rackOf(rm, 'a:1'), '/r1', 'as long as it is registered');
  rmSync(join(folder, 'racks'));
  const refused = await http(rm, 'POST', '/weft/v1/nodes/refresh');
  t.is((refused.body['weftError'] as { code: string }).code, 'CONFIG_BAD_FILE');
});
