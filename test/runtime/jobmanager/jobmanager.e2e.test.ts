/** The JobManager as a process of its own: over real sockets, killed and started again, tied to an AppMaster. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { CONTAINER_FILES, ENV } from '../../../runtime/common/environment.js';
import type { ChainEvent } from '../../../runtime/common/events/chain-events.js';
import { startHttpServer, type HttpServer } from '../../../runtime/common/http/server.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { newTokenKey, signToken, verifyToken } from '../../../runtime/common/security/token.js';
import { RpcClient } from '../../../runtime/common/wire/index.js';
import { workerProtocol } from '../../../runtime/common/wire/protocols/jobmanager-appmaster.js';
import { taskManagerProtocol } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import { FakeTaskManager, PROGRAM, jobGraph } from './support.js';

const MAIN = fileURLToPath(new URL('../../../runtime/jobmanager/main.js', import.meta.url));
const JOB = '1'.repeat(32);
const APPLICATION = 'application_1_0001';

interface Cluster {
  key: string;
  home: string;
  workDir: string;
}

function cluster(): Cluster {
  const home = mkdtempSync(join(tmpdir(), 'weft-home-'));
  const workDir = join(home, 'work');
  mkdirSync(workDir);
  return { key: newTokenKey(), home, workDir };
}

class Process {
  private output = '';
  private constructor(readonly child: ChildProcess) {
    child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static start(
    t: ExecutionContext,
    { key, home, workDir }: Cluster,
    mode: string,
    env: NodeJS.ProcessEnv = {},
  ): Process {
    const child = spawn(process.execPath, [MAIN, '--mode', mode], {
      cwd: workDir,
      env: { ...process.env, [ENV.home]: home, [ENV.applicationKey]: key, [ENV.applicationId]: APPLICATION, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    return new Process(child);
  }

  url(t: ExecutionContext): Promise<string> {
    return eventually(t, () => /"url":"(http:[^"]+)","msg":"listening"/.exec(this.output)?.[1], 'the address');
  }

  async exitCode(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }
}

/** Asks again and again until there is an answer. */
async function eventually<T>(
  t: ExecutionContext,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + 15_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (systemClock.monotonicMs() > deadlineMs) return t.fail(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A TaskManager that does what it is told and says so, connected over a socket. */
function connectTaskManager(t: ExecutionContext, key: string, address: () => string): FakeTaskManager {
  const fake = new FakeTaskManager('tm1', 2);
  const client = new RpcClient({
    protocol: taskManagerProtocol,
    address,
    token: () => signToken(key, { kind: 'application', subject: APPLICATION, expiresMs: systemClock.nowMs() + 60_000 }),
    clock: systemClock,
    log: silentLogger(),
    handlers: fake.handlers(),
    onConnected: (resumed) => {
      if (!resumed) void fake.register().then(() => fake.heartbeat());
    },
  });
  fake.session = client.session;
  client.start();
  t.teardown(() => {
    client.close();
  });
  return fake;
}

async function stateOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/jobs/${JOB}/status`);
  return ((await answer.json()) as { status: string }).status;
}

test('standalone: a job comes in over REST, survives kill -9 of the JobManager, and the cluster stops in order', async (t) => {
  const it = cluster();
  const first = Process.start(t, it, 'standalone');
  let url = await first.url(t);
  const worker = connectTaskManager(t, it.key, () => url);
  const [file] = jobGraph().program.files;
  const headers = { 'content-type': 'application/octet-stream' };
  await fetch(`${url}/weft/v1/blobs/${file.sha256}`, { method: 'PUT', headers, body: PROGRAM });
  const submitted = await fetch(`${url}/weft/v1/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jobGraph: jobGraph() }),
  });
  t.is(submitted.status, 202);
  await eventually(t, () => worker.started.length === 2, 'the start of the tasks');
  worker.report(JOB, 'RUNNING');

  first.child.kill('SIGKILL');
  await first.exitCode();
  const second = Process.start(t, it, 'standalone');
  url = await second.url(t);
  await eventually(t, () => worker.started.length === 4, 'the tasks of the recovered job');
  t.deepEqual(
    worker.submitted.map(({ jobAttempt }) => jobAttempt),
    [0, 0, 1, 1],
  );
  worker.report(JOB, 'FINISHED');
  await eventually(t, async () => (await stateOf(url)) === 'FINISHED', 'the end of the job');

  t.is((await fetch(`${url}/cluster`, { method: 'DELETE' })).status, 200);
  t.is(await second.exitCode(), 0);
  t.false(existsSync(join(it.home, 'ha', APPLICATION)));
});

test('a TaskManager without the application’s token is refused', async (t) => {
  const it = cluster();
  const url = await Process.start(t, it, 'standalone').url(t);
  const refused = await new Promise<Error>((resolve) => {
    const client = new RpcClient({
      protocol: taskManagerProtocol,
      address: () => url,
      token: () => signToken(newTokenKey(), { kind: 'application', subject: APPLICATION, expiresMs: Infinity }),
      clock: systemClock,
      log: silentLogger(),
      handlers: new FakeTaskManager('tm1', 1).handlers(),
      onRefused: resolve,
    }).start();
    t.teardown(() => {
      client.close();
    });
  });
  t.regex(refused.message, /refused our token/);
});

interface FakeAppMaster {
  server: HttpServer;
  restUrl: string | undefined;
  /** What the JobManager answered for its job, asked as soon as it was known where to ask. */
  firstAnswer: Promise<number> | undefined;
  wanted: number;
  events: ChainEvent[];
  end: { finalStatus: string; diagnostics: string } | undefined;
}

async function appMaster(t: ExecutionContext, key: string): Promise<FakeAppMaster> {
  const fake: Omit<FakeAppMaster, 'server'> = {
    restUrl: undefined,
    firstAnswer: undefined,
    wanted: 0,
    events: [],
    end: undefined,
  };
  const server = await startHttpServer({
    port: 0,
    log: silentLogger(),
    configure: (_app, rpc) => {
      rpc.register({
        protocol: workerProtocol,
        clock: systemClock,
        log: silentLogger(),
        authenticate: (token) => verifyToken([key], 'application', token, systemClock.nowMs()),
        onSession: () => ({
          register: ({ restUrl }) => {
            fake.restUrl = restUrl;
            fake.firstAnswer ??= fetch(`${restUrl}/jobs/${JOB}/execution-result`).then(
              ({ status }) => status,
              // One whose job is broken ends before it can answer.
              () => 0,
            );
            return { heartbeatIntervalMs: 50, heartbeatTimeoutMs: 5000, workers: [] };
          },
          wantWorkers: ({ count }) => {
            fake.wanted = count;
            return {};
          },
          releaseWorker: () => ({}),
          heartbeat: ({ events }) => {
            fake.events.push(...events);
            return {};
          },
          clusterFinished: (end) => {
            fake.end = end;
            return {};
          },
        }),
      });
    },
  });
  t.teardown(() => server.close());
  return Object.assign(fake, { server });
}

function perJob(t: ExecutionContext, it: Cluster, master: FakeAppMaster, properties: Record<string, string>): Process {
  writeFileSync(join(it.workDir, CONTAINER_FILES.jobGraph), JSON.stringify(jobGraph()));
  mkdirSync(join(it.workDir, CONTAINER_FILES.artifact), { recursive: true });
  return Process.start(t, it, 'per-job', {
    [ENV.appMasterUrl]: master.server.url,
    [ENV.configuration]: JSON.stringify({ 'taskmanager.numberOfTaskSlots': '2', ...properties }),
  });
}

test('per-job: the JobManager runs the job of its container and tells the AppMaster how it ended', async (t) => {
  const it = cluster();
  const master = await appMaster(t, it.key);
  mkdirSync(join(it.workDir, CONTAINER_FILES.artifact));
  writeFileSync(join(it.workDir, CONTAINER_FILES.artifact, 'program.mjs'), PROGRAM);
  const role = perJob(t, it, master, { 'execution.attached': 'false', 'heartbeat.timeout': '1 s' });
  await eventually(t, () => master.wanted === 1, 'the wish for a TaskManager');
  const worker = connectTaskManager(t, it.key, () => master.restUrl ?? '');
  await eventually(t, () => worker.started.length === 2, 'the start of the tasks');
  t.is(await master.firstAnswer, 200, 'a JobManager that can be found knows its job');
  const [broken, ...others] = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [broken], new TypeError('x is undefined'));
  worker.report(JOB, 'CANCELED', others);
  const end = await eventually(t, () => master.end, 'the end');
  t.is(end.finalStatus, 'FAILED');
  t.regex(end.diagnostics, /x is undefined/);
  t.deepEqual(
    master.events.map(({ step }) => step),
    [7, 8],
  );
  await eventually(t, () => !existsSync(join(it.home, 'ha', APPLICATION)), 'the end of the stored job');
  await master.server.close();
  t.not(await role.exitCode(), null, 'a JobManager ends when its AppMaster is gone');
});

test('per-job: a program that was changed on the way is refused', async (t) => {
  const it = cluster();
  const master = await appMaster(t, it.key);
  mkdirSync(join(it.workDir, CONTAINER_FILES.artifact));
  writeFileSync(join(it.workDir, CONTAINER_FILES.artifact, 'program.mjs'), 'something else');
  perJob(t, it, master, {});
  const end = await eventually(t, () => master.end, 'the end');
  t.is(end.finalStatus, 'FAILED');
  t.regex(end.diagnostics, /hashes to/);
});
