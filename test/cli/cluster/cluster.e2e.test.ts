import { createServer, type AddressInfo } from 'node:net';
import test from 'ava';
import { containerProcesses } from '../../../cli/cluster/cluster-processes.js';
import { readSupervisorRecord } from '../../../cli/cluster/supervisor-record.js';
import { processStartTicks, sendSignal } from '../../../runtime/common/process/process-identity.js';
import { TestCluster, eventually, outcomeOf } from './test-cluster.js';

const ENDLESS = 'console.log("here I am"); setInterval(() => {}, 1000)';

test('two nodes come up, survive kill -9 with their containers, and leave nothing behind', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  const up = await cluster.weft('up', '--nodes', '2', '-d');
  t.is(up.code, 0, up.stderr);
  const before = await cluster.status();
  t.deepEqual(Object.keys(before), ['resourceManager', 'nodeManagers', 'applications']);
  t.true(up.stdout.includes(before.resourceManager?.url ?? 'no ResourceManager'));
  t.is(before.nodeManagers.length, 2);

  const again = await cluster.weft('up', '-d');
  t.is(again.code, 1);
  t.true(again.stderr.includes(`A cluster runs already in ${cluster.path}`), again.stderr);

  const id = await cluster.submit(ENDLESS);
  const logs = await eventually('the program’s output', async () => {
    const outcome = await cluster.weft('logs', id);
    return outcome.stdout.includes('here I am') && outcome;
  });
  t.is(logs.code, 0);
  const processes = containerProcesses(cluster.home);
  t.true(processes.length > 0);
  for (const node of before.nodeManagers) sendSignal(node.pid, 'SIGKILL');
  const after = await eventually('both nodes back', async () => {
    const status = await cluster.status();
    const isBack = status.nodeManagers.every(
      (node) => node.state === 'RUNNING' && !before.nodeManagers.some(({ pid }) => pid === node.pid),
    );
    return isBack && status;
  });
  t.deepEqual(after.nodeManagers.map(({ url }) => url).sort(), before.nodeManagers.map(({ url }) => url).sort());
  t.deepEqual(containerProcesses(cluster.home), processes);
  t.true((await cluster.weft('logs', id)).stdout.includes('here I am'));

  sendSignal(before.resourceManager?.pid ?? 0, 'SIGKILL');
  await eventually('the ResourceManager back', async () => {
    const status = await cluster.status();
    return (
      status.resourceManager !== null && status.nodeManagers.filter(({ state }) => state === 'RUNNING').length === 2
    );
  });
  t.deepEqual(containerProcesses(cluster.home), processes);

  const down = await cluster.weft('down');
  t.is(down.code, 0, down.stderr);
  t.deepEqual(cluster.processes(), []);
  t.true(processes.every((pid) => processStartTicks(pid) === undefined));
  t.false(cluster.hasRecords());
  t.regex((await cluster.weft('down')).stdout, /No cluster runs in/);
});

test('weft down finds everything when the supervisor was killed', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  t.is((await cluster.weft('up', '-d')).code, 0);
  await cluster.submit(ENDLESS);
  await eventually('the container', () => containerProcesses(cluster.home).length > 0);
  sendSignal(readSupervisorRecord(cluster.home)?.pid ?? 0, 'SIGKILL');
  const again = await cluster.weft('up', '-d');
  t.is(again.code, 1, 'the roles still run');
  t.regex(again.stderr, /Its supervisor has died[\s\S]*weft down/);
  t.is((await cluster.weft('down')).code, 0);
  t.deepEqual(cluster.processes(), []);
  t.false(cluster.hasRecords());
});

test('in the foreground Ctrl-C ends all, and the home can be used again', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  const child = cluster.start('up');
  const outcome = outcomeOf(child);
  await eventually('the cluster', async () => (await cluster.status()).nodeManagers.length === 1);
  child.kill('SIGINT');
  const { code, stdout } = await outcome;
  t.is(code, 0);
  t.regex(stdout, /ResourceManager {2}http/);
  t.deepEqual(cluster.processes(), []);
  t.false(cluster.hasRecords());
  t.is((await cluster.weft('up', '-d')).code, 0);
});

test('a role that cannot start fails the whole, with its reason', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await cluster.weft('up', '-d', '--port', String(port));
  t.is(code, 1);
  t.regex(stderr, /resourcemanager ends as soon as it is started/);
  t.true(stderr.includes(`${port} is already in use`), stderr);
  t.deepEqual(cluster.processes(), []);
});

test('single roles: a readable log, further NodeManagers beside the first, and reasons for those that cannot start', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  const resourceManager = outcomeOf(cluster.start('rm'));
  await eventually('the ResourceManager', async () => (await cluster.weft('status')).code === 0);
  const second = await cluster.weft('rm');
  t.is(second.code, 1);
  t.regex(second.stderr, /another ResourceManager has it open\.\n\n(.*\n)?What to do: .*\nCode: +RM_STORE_UNUSABLE\n$/);
  const nodes = [cluster.start('nm'), cluster.start('nm')].map(outcomeOf);
  await eventually('both nodes', async () => (await cluster.status()).nodeManagers.length === 2);
  const taken = await cluster.weft('nm', '--index', '0');
  t.is(taken.code, 1);
  t.regex(taken.stderr, /NodeManager 0 of .* runs already[\s\S]*Code: +NODEMANAGER_RUNS_ALREADY\n$/);
  t.is((await cluster.weft('down')).code, 0);
  const ended = await Promise.all([resourceManager, ...nodes]);
  t.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0],
  );
  for (const { stderr } of ended) t.regex(stderr, /^\S+Z INFO {2}\S/);
});

test('without a cluster: status says so and fails, down does not', async (t) => {
  const cluster = new TestCluster();
  t.teardown(() => cluster.close());
  const status = await cluster.weft('status', '--json');
  t.is(status.code, 1);
  t.deepEqual(JSON.parse(status.stdout), { resourceManager: null, nodeManagers: [], applications: [] });
  const text = await cluster.weft('status');
  t.is(text.code, 1);
  t.regex(text.stdout, /No ResourceManager runs in .*\n.*weft up/);
  t.is((await cluster.weft('down')).code, 0);
  const wrong = await cluster.weft('up', '--nodes', 'two');
  t.is(wrong.code, 1);
  t.regex(wrong.stdout, /whole number, not "two"/);
});
