/** Found by the simulator: what an AppMaster had asked for was lost with the ResourceManager that had heard it. */
import test from 'ava';
import { EventOutbox } from '../../appmaster/event-outbox.js';
import { ResourceManagerLink } from '../../appmaster/protocol/resourcemanager-link.js';
import { systemClock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { signToken } from '../../runtime/common/security/token.js';
import { dialWebSocket } from '../../runtime/common/wire/websocket.js';
import { FakeResourceManager, KEY } from './support/fake-cluster.js';
import { until } from './support/until.js';

test('a ResourceManager that was restarted is told anew what is still outstanding', async (t) => {
  const rm = new FakeResourceManager();
  await rm.start();
  let came = 0;
  const attempt = 'appattempt_1700000000000_0001_000001';
  const link = new ResourceManagerLink({
    url: rm.url,
    attemptToken: signToken(KEY, { kind: 'attempt', subject: attempt, expiresMs: systemClock.nowMs() + 60_000 }),
    host: '127.0.0.1',
    dial: dialWebSocket,
    clock: systemClock,
    log: silentLogger(),
    outbox: new EventOutbox(),
    heartbeatIntervalMs: 1000,
    self: () => ({ rpcPort: 0, trackingUrl: '', containers: [] }),
    progress: () => 0,
    onRegistered: () => undefined,
    onContainers: ({ allocated }) => {
      came += allocated.length;
    },
    onNodeUpdate: () => undefined,
    onPreemption: () => undefined,
    onPending: () => undefined,
    onShutdown: () => undefined,
    onRefused: () => undefined,
  });
  link.start();
  const resource = { memoryMb: 256, vcores: 1 };
  link.ask({ priority: 1, resourceName: '*', resource, numContainers: 3, relaxLocality: true });
  await until('the ask', () => rm.asks.length === 1);
  const container = { nodeId: 'node:1', nodeHttpAddress: 'http://node:1', resource, priority: 1, token: '' };
  rm.push([{ ...container, containerId: 'container_1700000000000_0001_01_000002' }]);
  await until('a container', () => came === 1);
  await rm.stop();
  await rm.start();
  await until('the ask of the rest', () => rm.asks.length === 2);
  t.deepEqual(rm.asks, [3, 2]);
  link.close();
  await rm.stop();
});
