/** NodeManagers that lie, come back from the dead, or call themselves as another does; and clocks that jump. */
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { LivenessMonitor } from '../../../runtime/common/liveness.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { signToken } from '../../../runtime/common/security/token.js';
import { RpcClient } from '../../../runtime/common/wire/index.js';
import { nodeProtocol } from '../../../runtime/common/wire/protocols/index.js';
import { CLUSTER_KEY, FakeNode, appOf, until } from '../fixtures.js';
import { goesOn, runningApplication, type RunningApplication } from '../running-application.js';

function another(t: ExecutionContext, { rm }: RunningApplication, nodeId: string): FakeNode {
  const node = new FakeNode(() => rm.url, nodeId).start();
  t.teardown(() => {
    node.client.close();
  });
  return node;
}

const registration = (nodeId: string, changes: object = {}) => ({
  nodeId,
  httpAddress: 'http://127.0.0.1:1',
  resource: { memoryMb: 1024, vcores: 1 },
  containers: [],
  version: 'test',
  pid: 99,
  ...changes,
});

test('a NodeManager that lies about its resources, its name or its containers is refused or corrected', async (t) => {
  const it = await runningApplication(t);
  const liar = another(t, it, 'liar:1');
  await until('its registration', () => liar.registrations > 0);
  const { session } = liar.client;
  for (const resource of [
    { memoryMb: -1, vcores: 1 },
    { memoryMb: 1e300, vcores: 1 },
    { memoryMb: 0.5, vcores: 1 },
    { memoryMb: 1, vcores: 2 ** 40 },
    { memoryMb: 1, vcores: 1, others: { gpu: -1 } },
  ]) {
    const lie = session.call('register', registration('liar:1', { resource }));
    await t.throwsAsync(lie, { code: 'WIRE_BAD_MESSAGE' });
  }
  await t.throwsAsync(session.call('register', registration('good:1')), { code: 'AUTH_BAD_TOKEN' }, 'another’s name');

  const stolen = [...it.node.containers.keys()][0] ?? '';
  const ended = { kind: 'exit-code', exitStatus: 1, diagnostics: 'a lie' };
  const status = { containerId: stolen, state: 'COMPLETE', resource: { memoryMb: 1, vcores: 1 }, exit: ended };
  await session.call('heartbeat', { containers: [status], healthy: true, healthReport: '', usedMemoryMb: 0 } as never);
  t.like(await appOf(it.rm, it.applicationId), { state: 'RUNNING' }, 'it ends no containers of other nodes');
  t.true((it.rm.view.refusals.entries.get('WIRE_BAD_MESSAGE') ?? 0) >= 5);
  await goesOn(t, it);
});

test('a node that comes back from the dead must stop what was given up meanwhile', async (t) => {
  const it = await runningApplication(t);
  const dead = another(t, it, 'dead:1');
  const id = 'container_1_0007_01_000002';
  const resource = { memoryMb: 128, vcores: 1 };
  dead.containers.set(id, { containerId: id, state: 'RUNNING', resource });
  await until('its registration', () => dead.registrations > 0);
  t.deepEqual(dead.lastAnswer?.containersToStop, [id]);
  t.is(it.rm.view.scheduler.nodeUsage('dead:1' as never)?.containers.length, 0, 'it takes no room');
  await goesOn(t, it);
});

test('of two nodes with one name the first stays, and the second takes its place when it is gone', async (t) => {
  const it = await runningApplication(t);
  const expiresMs = systemClock.nowMs() + 60_000;
  const second = new RpcClient({
    protocol: nodeProtocol,
    address: () => it.rm.url,
    token: () => signToken(CLUSTER_KEY, { kind: 'node', subject: 'good:1', expiresMs }),
    clock: systemClock,
    log: silentLogger(),
    handlers: {} as never,
  }).start();
  t.teardown(() => {
    second.close();
  });
  const call = () => second.session.call('register', registration('good:1'));
  await until('its connection', () => second.session.connected);
  it.node.heartbeat();
  await t.throwsAsync(call(), { code: 'RM_NODE_NAME_TAKEN', message: /good:1.*process 99/ });
  await goesOn(t, it);
  t.is(it.rm.view.refusals.entries.get('RM_NODE_NAME_TAKEN'), 1);
  it.node.client.close();
  await until('the second to be taken', () =>
    call().then(
      () => true,
      () => false,
    ),
  );
});

test('a clock that jumps makes nobody silent, and hides no silence', (t) => {
  const monitor = new LivenessMonitor<string>(1000, 100);
  let nowMs = 1_000_000;
  const pass = (ms: number, ...heard: string[]): string[] => {
    const expired: string[] = [];
    for (let passed = 0; passed < ms; passed += 100) {
      nowMs += 100;
      for (const peer of heard) monitor.heard(peer, nowMs);
      expired.push(...monitor.takeExpired(nowMs));
    }
    return expired;
  };
  for (const jumpMs of [3_600_000, -7_200_000, 86_400_000, -1]) {
    t.deepEqual(pass(500, 'alive', 'mute'), []);
    nowMs += jumpMs;
    t.deepEqual(pass(900, 'alive'), [], `nobody after ${jumpMs} ms`);
    t.deepEqual(pass(400, 'alive'), ['mute'], `the mute one after ${jumpMs} ms`);
  }
});
