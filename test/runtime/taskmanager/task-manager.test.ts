/** A TaskManager on a cluster: how it finds its JobManager, registers, moves on to another one, and gives up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { startHttpServer, type HttpServer } from '../../../runtime/common/http/server.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { newTokenKey, signToken, verifyToken } from '../../../runtime/common/security/token.js';
import { taskManagerProtocol } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import type { ParamsOf } from '../../../runtime/common/wire/index.js';
import { TaskManager } from '../../../runtime/taskmanager/cluster/task-manager.js';
import { eventually } from './job-harness.js';

const log = silentLogger();
const key = newTokenKey();
const token = signToken(key, {
  kind: 'application',
  subject: 'application_1_0001',
  expiresMs: systemClock.nowMs() + 1e6,
});
const workDir = mkdtempSync(join(tmpdir(), 'weft-tm-'));
test.after.always(() => {
  rmSync(workDir, { recursive: true, force: true });
});

type Registration = ParamsOf<typeof taskManagerProtocol.server, 'register'>;

interface Master {
  server: HttpServer;
  registrations: Registration[];
  heartbeats: number;
}

/** An AppMaster and its JobManager, at one address. */
async function startMaster(): Promise<Master> {
  const master: Master = { server: undefined as never, registrations: [], heartbeats: 0 };
  master.server = await startHttpServer({
    port: 0,
    log,
    configure: (app, rpc) => {
      app.get('/weft/v1/jobmanager', () => ({ url: master.server.url }));
      rpc.register({
        protocol: taskManagerProtocol,
        clock: systemClock,
        log,
        authenticate: (bearer) => verifyToken([key], 'application', bearer, systemClock.nowMs()),
        onSession: () => ({
          register: (registration) => {
            master.registrations.push(registration);
            return { heartbeatIntervalMs: 20, heartbeatTimeoutMs: 1000 };
          },
          heartbeat: () => {
            master.heartbeats++;
            return {};
          },
          taskStates: () => undefined,
          acknowledgeCheckpoint: () => undefined,
          declineCheckpoint: () => undefined,
          fromReader: () => undefined,
        }),
      });
    },
  });
  return master;
}

function startTaskManager(
  appMasterUrl: string,
  resourceManagerUrl: string | undefined,
  onEnd: (exitCode: number) => void = () => undefined,
  properties: Record<string, string> = {},
): Promise<TaskManager> {
  return TaskManager.start({
    settings: {
      applicationId: 'application_1_0001',
      resourceId: 'container_1_0001_01_000002',
      applicationToken: token,
      applicationKey: undefined,
      appMasterUrl,
      resourceManagerUrl,
      nodeHttpAddress: 'http://node:1',
      nodeHost: '127.0.0.1',
      configuration: configurationOf({ 'taskmanager.numberOfTaskSlots': '2', ...properties }),
    },
    workDir,
    clock: systemClock,
    log,
    onEnd,
  });
}

test('it registers with its slots, its memory and its hardware, and sends heartbeats', async (t) => {
  const master = await startMaster();
  const taskManager = await startTaskManager(master.server.url, undefined);
  await eventually(() => master.heartbeats > 2);
  t.is(master.registrations.length, 1);
  const registration = master.registrations[0];
  t.is(registration.resourceId, 'container_1_0001_01_000002');
  t.is(registration.slots, 2);
  t.is(registration.pid, process.pid);
  t.true(registration.data.port > 0 && registration.hardware.cpuCores > 0 && registration.memory.heapBytes > 0);
  await taskManager.close();
  await master.server.close();
});

test('when AppMaster and JobManager are gone, the ResourceManager knows the next ones', async (t) => {
  const first = await startMaster();
  const second = await startMaster();
  const asked: string[] = [];
  const resourceManager = await startHttpServer({
    port: 0,
    log,
    configure: (app) => {
      app.get('/weft/v1/apps/:id/appmaster', (request) => {
        asked.push((request.params as { id: string }).id);
        return { url: second.server.url };
      });
    },
  });
  const taskManager = await startTaskManager(first.server.url, resourceManager.url);
  await eventually(() => first.registrations.length === 1);
  await first.server.close();
  await eventually(() => second.registrations.length === 1);
  t.true(asked.length > 0 && asked.every((id) => id === 'application_1_0001'));
  await taskManager.close();
  await Promise.all([second.server.close(), resourceManager.close()]);
});

test('without a JobManager it ends itself after taskmanager.registration.timeout', async (t) => {
  const exitCodes: number[] = [];
  const taskManager = await startTaskManager('http://127.0.0.1:9', undefined, (code) => exitCodes.push(code), {
    'taskmanager.registration.timeout': '200 ms',
  });
  await eventually(() => exitCodes.length > 0);
  t.deepEqual(exitCodes, [1]);
  await taskManager.close();
});

test('more slots than its memory holds is refused before it offers any', async (t) => {
  const error = await t.throwsAsync(
    startTaskManager('http://127.0.0.1:9', undefined, undefined, { 'taskmanager.numberOfTaskSlots': '100' }),
  );
  t.is((error as Error & { code: string }).code, 'TASKMANAGER_MEMORY_IMPOSSIBLE');
});
