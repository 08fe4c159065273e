/** What strangers, AppMasters and files get wrong: refused by code and reason, counted, and nothing else disturbed. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { parseHadoopXml, refuseHarmfulXml } from '../../runtime/common/config/hadoop-xml.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import {
  http,
  newFolder,
  startResourceManager,
  submissionOf,
  submit,
  untilState,
  type PolicyFiles,
} from './fixtures.js';
import { goesOn, runningApplication, type RunningApplication } from './running-application.js';

const KEYS = { 'root.queues': 'default,b', 'root.default.capacity': '40', 'root.b.capacity': '60' };
const QUEUES = { 'maximum-am-resource-percent': '1', ...KEYS };

interface Cluster extends RunningApplication {
  /** Changes what the policy files say from now on. */
  readonly files: { policies: PolicyFiles };
}

async function cluster(t: ExecutionContext): Promise<Cluster> {
  const files = { settings: { schedulerClass: 'capacity' }, policies: capacityFiles(QUEUES), port: 0 };
  return { ...(await runningApplication(t, files)), files };
}

async function counted(rm: ResourceManager): Promise<Record<string, number>> {
  const text = await (await fetch(`${rm.url}/prom`)).text();
  const lines = text.matchAll(/^resourcemanager_refused_requests_total\{code="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, code, count]) => [code, Number(count)]));
}

test('asks of an AppMaster', async (t) => {
  const it = await cluster(t);
  const ask = (changes: object, resource: object = {}) => ({
    ...{ priority: 1, resourceName: '*', numContainers: 1, relaxLocality: true },
    resource: { memoryMb: 128, vcores: 1, ...resource },
    ...changes,
  });
  const bad: [object, string, RegExp][] = [
    [ask({ numContainers: 1e9 }), 'RM_ASK_TOO_MANY', /1000000000 containers at once; 1000000 are the limit/],
    [ask({ numContainers: -1 }), 'WIRE_BAD_MESSAGE', /numContainers must be >= 0/],
    [ask({ numContainers: 1.5 }), 'WIRE_BAD_MESSAGE', /numContainers must be integer/],
    [ask({}, { memoryMb: -512 }), 'WIRE_BAD_MESSAGE', /memoryMb must be >= 0/],
    [ask({}, { memoryMb: 0.5 }), 'WIRE_BAD_MESSAGE', /memoryMb must be integer/],
    [ask({}, { vcores: 1e300 }), 'WIRE_BAD_MESSAGE', /vcores must be <=/],
    [ask({}, { memoryMb: 2 ** 52 }), 'RM_ASK_TOO_LARGE', /more than the largest node has \(8192 MB\)/],
    [ask({}, { others: { gpu: 1 } }), 'RM_UNKNOWN_RESOURCE_TYPE', /memory and vcores only/],
    [ask({ label: '<i>' }), 'RM_NODE_LABELS', /yarn.node-labels.enabled is off/],
    [ask({ priority: -1 }), 'WIRE_BAD_MESSAGE', /priority must be >= 0/],
  ];
  for (const [request, code, message] of bad) {
    const params = { asks: [request], releases: [], blacklistAdditions: [], blacklistRemovals: [] };
    await t.throwsAsync(it.master.client.session.call('allocate', params as never), { code, message }, message.source);
  }
  t.deepEqual(await counted(it.rm), {
    ...{ RM_ASK_TOO_MANY: 1, WIRE_BAD_MESSAGE: 6, RM_ASK_TOO_LARGE: 1, RM_UNKNOWN_RESOURCE_TYPE: 1, RM_NODE_LABELS: 1 },
  });
  await goesOn(t, it);
});

test('tricks with paths, variables, shells and names in submissions', async (t) => {
  const it = await cluster(t);
  const { rm } = it;
  const created = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  const id = created.body['application-id'] as string;
  const spec = (changes: object) => ({ 'am-container-spec': { commands: { command: 'node x' }, ...changes } });
  const variable = (key: string, value = 'x') => spec({ environment: { entry: { key, value } } });
  const blob = (resource: string) => ({ resource, type: 'FILE', visibility: 'APPLICATION', size: 1, timestamp: 0 });
  const files = (...keys: string[]) => {
    const entry = keys.map((key) => ({ key, value: blob(`weft-blob:${'0'.repeat(64)}`) }));
    return spec({ 'local-resources': { entry } });
  };
  const from = (value: object) => spec({ 'local-resources': { entry: { key: 'a', value } } });
  const command = (text: string) => ({ 'am-container-spec': { commands: { command: text } } });
  const bad: [changes: Record<string, unknown>, code: string, reason: RegExp][] = [
    ...['../a', '/etc/passwd', 'a/../../b', 'a//b', 'a/.', 'a/'].map(
      (path): [Record<string, unknown>, string, RegExp] => [files(path), 'LOCAL_RESOURCE_BAD_PATH', /leads out/],
    ),
    [files('a\\..\\b'), 'LOCAL_RESOURCE_BAD_PATH', /characters/],
    [files('a\nb'), 'LOCAL_RESOURCE_BAD_PATH', /characters/],
    [files('a'.repeat(1025)), 'LOCAL_RESOURCE_BAD_PATH', /longer/],
    [files('a', 'b', 'a'), 'LOCAL_RESOURCE_BAD_PATH', /twice/],
    [files('a', 'a/b'), 'LOCAL_RESOURCE_BAD_PATH', /"a" is a file/],
    [from(blob('file:///etc/passwd')), 'RM_BAD_SUBMISSION', /only uploaded files/],
    [from(blob('http://169.254.169.254/latest')), 'RM_BAD_SUBMISSION', /only uploaded files/],
    [from(blob(`weft-blob:../../${'0'.repeat(58)}`)), 'RM_BAD_SUBMISSION', /only uploaded files/],
    [from({ ...blob(`weft-blob:${'0'.repeat(64)}`), type: 'ARCHIVE' }), 'RM_BAD_SUBMISSION', /only FILE/],
    ...['LD_PRELOAD', 'LD_AUDIT', 'BASH_ENV', 'BASH_FUNC_ls', 'IFS', 'GLIBC_TUNABLES'].map(
      (name): [Record<string, unknown>, string, RegExp] => [variable(name), 'ENVIRONMENT_REFUSED', /other code/],
    ),
    ...['WEFT_ATTEMPT_TOKEN', 'WEFT_RM_URL', 'WEFT_HOME', 'NM_HOST'].map(
      (name): [Record<string, unknown>, string, RegExp] => [variable(name), 'ENVIRONMENT_REFUSED', /only the cluster/],
    ),
    [variable('NODE_OPTIONS', '--max-old-space-size=99 --require=/tmp/x.js'), 'ENVIRONMENT_REFUSED', /--require/],
    [variable('NODE_OPTIONS', '--inspect=0.0.0.0'), 'ENVIRONMENT_REFUSED', /--inspect/],
    [variable('A', 'x'.repeat(131_072)), 'ENVIRONMENT_REFUSED', /128 KB/],
    [variable('A=B'), 'RM_BAD_SUBMISSION', /must match pattern/],
    ...['a; rm -rf /', 'a && b', 'a | b', 'a > /etc/passwd', 'echo $(id)', 'ls *'].map(
      (text): [Record<string, unknown>, string, RegExp] => [command(text), 'RM_BAD_SUBMISSION', /was refused/],
    ),
    [{ 'application-name': 'a\u001b[2Jb' }, 'RM_BAD_SUBMISSION', /control characters/],
    [{ 'application-name': 'a\nb' }, 'RM_BAD_SUBMISSION', /control characters/],
    [{ 'application-name': 'a'.repeat(1001) }, 'RM_BAD_SUBMISSION', /1000 characters/],
    [{ 'application-type': 'x'.repeat(21) }, 'RM_BAD_SUBMISSION', /20 characters/],
    [{ 'application-tags': { tag: 'a\u0007' } }, 'RM_BAD_SUBMISSION', /ASCII/],
  ];
  for (const [changes, code, reason] of bad) {
    const answer = await http(rm, 'POST', '/ws/v1/cluster/apps', submissionOf(id, changes));
    t.like(answer.body['weftError'], { code }, JSON.stringify(changes).slice(0, 200));
    t.is(answer.status, 400);
    t.regex((answer.body['weftError'] as { message: string }).message, reason);
  }
  t.is((await http(rm, 'GET', `/ws/v1/cluster/apps/${id}`)).status, 404, 'none of them is an application');
  await goesOn(t, it);
});

test('submissions and requests', async (t) => {
  const it = await cluster(t);
  const { rm } = it;
  const created = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  const id = created.body['application-id'] as string;
  const apps = '/ws/v1/cluster/apps';
  const bad: [path: string, body: unknown, status: number, code: string, reason: RegExp][] = [
    [apps, submissionOf(id, { queue: 'gone' }), 400, 'RM_UNKNOWN_QUEUE', /gone/],
    [apps, submissionOf(id, { queue: '../../etc' }), 400, 'RM_UNKNOWN_QUEUE', /\.\.\/\.\.\/etc/],
    [apps, submissionOf(id, { queue: 'root..default' }), 400, 'RM_UNKNOWN_QUEUE', /root\.\.default/],
    [apps, submissionOf(id, { queue: '<script>' }), 400, 'RM_UNKNOWN_QUEUE', /<script>/],
    [apps, submissionOf(id, { resource: { memory: -1 } }), 400, 'RM_BAD_SUBMISSION', /memory must be >= 0/],
    [apps, submissionOf(id, { resource: { memory: 1.5 } }), 400, 'RM_BAD_SUBMISSION', /memory must be integer/],
    [apps, submissionOf(id, { resource: { memory: '1.5' } }), 400, 'RM_BAD_SUBMISSION', /memory must be integer/],
    [apps, submissionOf(id, { resource: { memory: 1e30 } }), 400, 'RM_BAD_SUBMISSION', /memory must be/],
    [apps, submissionOf(id, { 'application-tags': { tag: 'x'.repeat(101) } }), 400, 'RM_BAD_SUBMISSION', /100 ASCII/],
    [apps, submissionOf('application_1_0001'), 400, 'HTTP_BAD_REQUEST', /not given out/],
    [apps, submissionOf('../1'), 400, 'BAD_ID', /\.\.\/1/],
    [`${apps}?user.name=..%2Fetc`, submissionOf(id), 400, 'HTTP_BAD_REQUEST', /no name of a user/],
    [apps, { ...submissionOf(id), padding: 'x'.repeat(5_000_000) }, 413, 'HTTP_BAD_REQUEST', /too large/],
  ];
  for (const [path, body, status, code, reason] of bad) {
    const answer = await http(rm, 'POST', path, body);
    t.is(answer.status, status, reason.source);
    t.like(answer.body['weftError'], { code }, reason.source);
    t.regex((answer.body['weftError'] as { message: string }).message, reason);
  }
  t.is((await http(rm, 'GET', `${apps}/${id}`)).status, 404, 'none of them is an application');
  const counts = await counted(rm);
  t.like(counts, {
    RM_UNKNOWN_QUEUE: 4,
    RM_BAD_SUBMISSION: 5,
    BAD_ID: 1,
    HTTP_BAD_REQUEST: 3,
    RM_UNKNOWN_APPLICATION: 1,
  });
  await goesOn(t, it);
});

test('XML bodies', async (t) => {
  const it = await cluster(t);
  const post = async (body: string) => {
    const headers = { 'content-type': 'application/xml' };
    const answer = await fetch(`${it.rm.url}/ws/v1/cluster/apps`, { method: 'POST', body, headers });
    return { status: answer.status, text: await answer.text() };
  };
  const bomb = `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 9 }, (_, at) => `<!ENTITY a${at} "&a;&a;&a;">`).join('')}]><a>&a8;</a>`;
  const bodies: [string, number, RegExp][] = [
    [bomb, 400, /document type/],
    ['<a>'.repeat(5000) + '</a>'.repeat(5000), 400, /body cannot be read|depth|nest/i],
    ['<a', 400, /not XML/],
    ['', 400, /not XML/],
    [`<a>${'x'.repeat(50 * 2 ** 20)}</a>`, 413, /too large/],
  ];
  for (const [body, status, reason] of bodies) {
    const answer = await post(body).catch((error: unknown) => ({ status: 413, text: `too large: ${String(error)}` }));
    t.is(answer.status, status, reason.source);
    t.regex(answer.text, reason);
  }
  await goesOn(t, it);
});

test('queue files: a refresh that is refused changes nothing', async (t) => {
  const it = await cluster(t);
  const { rm, files } = it;
  const queues = async () => (await http(rm, 'GET', '/weft/v1/queues')).body;
  const before = await queues();
  const bad: [object, RegExp][] = [
    [{ ...KEYS, 'root.b.capacity': '61' }, /101 percent|sum|100/],
    [{ ...KEYS, 'root.queues': 'default,b,b' }, /named twice/],
    [{ ...KEYS, 'root.b.queues': 'root.b' }, /cannot be the name of a queue/],
    [{ ...KEYS, 'root.queues': 'default,../b' }, /cannot be the name of a queue/],
    [{ 'root.queues': 'b', 'root.b.capacity': '100' }, /default/],
  ];
  for (const [keys, reason] of bad) {
    files.policies = capacityFiles(keys as Record<string, string>);
    const answer = await http(rm, 'POST', '/weft/v1/queues/refresh');
    t.is(answer.status, 400, reason.source);
    t.like(answer.body['weftError'], { code: 'RM_BAD_QUEUES' }, reason.source);
    t.regex((answer.body['weftError'] as { message: string }).message, reason);
    const after = await queues();
    t.deepEqual(shapeOf(after), shapeOf(before));
  }
  t.like(await counted(rm), { RM_BAD_QUEUES: bad.length });
  await goesOn(t, it);
});

function shapeOf(queues: Record<string, unknown>): unknown {
  const { children } = queues['tree'] as { children: { path: string; guaranteed: object }[] };
  return children.map(({ path, guaranteed }) => ({ path, guaranteed }));
}

test('files of 50 MB and entity bombs are not even parsed', (t) => {
  const huge = `<configuration>${' '.repeat(50 * 2 ** 20)}</configuration>`;
  for (const read of [parseHadoopXml, refuseHarmfulXml]) {
    t.throws(() => read(huge, 'q.xml'), { code: 'CONFIG_BAD_FILE', message: /larger than 4 MB/ });
    const bomb = '<!DOCTYPE a [<!ENTITY a "aaaa">]>\n<configuration/>';
    t.throws(() => read(bomb, 'q.xml'), { code: 'CONFIG_BAD_FILE', message: /q\.xml:1: .*entities/ });
  }
});

test('an application whose queue went while the ResourceManager was away fails, and says so', async (t) => {
  const folder = newFolder();
  const files = { settings: { schedulerClass: 'capacity' }, policies: capacityFiles(QUEUES), port: 0 };
  const first = await startResourceManager(folder, files);
  const id = await submit(first, { queue: 'b' });
  await first.stop();
  files.policies = capacityFiles({ 'root.queues': 'default', 'root.default.capacity': '100' });
  const again = await startResourceManager(folder, files);
  t.teardown(async () => {
    await again.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const app = await untilState(again, id, 'FAILED');
  t.is(app['diagnostics'], 'Its queue root.b is gone.');
});
