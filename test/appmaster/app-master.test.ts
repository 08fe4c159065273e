import { writeFileSync } from 'node:fs';
import test from 'ava';
import { systemClock } from '../../runtime/common/clock.js';
import { chainEvent } from '../../runtime/common/events/chain-events.js';
import { processStartTicks } from '../../runtime/common/process/process-identity.js';
import { signToken } from '../../runtime/common/security/token.js';
import { APPLICATION_KEY, TestApplication, graphOf } from './support/application.js';
import { until } from './support/until.js';

const steps = ({ rm }: TestApplication): number[] => rm.events.map(({ step }) => step);

test.serial('per-job: asks for TaskManagers before its JobManager is up, in the order of the chain', async (t) => {
  const app = await TestApplication.start(
    t,
    (self) => {
      self.rm.autoAllocateOn = self.nm;
      return { mode: 'per-job', jobGraph: graphOf(3) };
    },
    { 'taskmanager.numberOfTaskSlots': '2' },
  );
  await until('two TaskManagers', () => app.nm.started.length === 2);
  t.deepEqual(app.rm.asks, [2]);
  t.deepEqual(app.nm.started[0]?.context.command.at(-1), '{{WEFT_DIST}}/taskmanager.mjs');
  const view = await app.jobManager();
  t.deepEqual(view.argv, ['--mode', 'per-job']);
  await until('the events', () => steps(app).includes(6));
  t.deepEqual(steps(app), [4, 5, 5, 6]);
});

test.serial('per-job: a full cluster does not keep the JobManager from starting', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.pendingReason = 'queue default has no room';
    return { mode: 'per-job', jobGraph: graphOf(1) };
  });
  const notice = await until('the reason at the JobManager', async () =>
    (await app.jobManager()).notices.find(([method]) => method === 'workersPending'),
  );
  t.deepEqual(notice[1], { reason: 'queue default has no room' });
  t.deepEqual(app.nm.started, []);
});

test.serial('session: the JobManager starts first and asks, gives back, and ends the application', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    return {};
  });
  await app.jobManagerUrl();
  t.deepEqual(app.rm.asks, []);
  await app.call('wantWorkers', { count: 2 });
  await until('two TaskManagers', () => app.nm.started.length === 2);
  const [first] = app.nm.started;
  await app.call('releaseWorker', { resourceId: first?.containerId, reason: 'idle' });
  await until('the release', () => app.rm.releases.includes(first?.containerId ?? ''));
  t.deepEqual(app.nm.stopped, [first?.containerId]);

  await app.call('heartbeat', { events: [], runningJobs: 0 });
  await until('the heartbeat event', () => steps(app).includes(9));

  const { pid } = await app.jobManager();
  await app.clusterFinished('SUCCEEDED', 'stopped by the user');
  await until('the end', () => app.exitCode === 0);
  t.is(app.rm.finished?.finalStatus, 'SUCCEEDED');
  t.is(app.rm.finished?.diagnostics, 'stopped by the user');
  t.is(app.nm.stopped.length, 2);
  t.is(processStartTicks(pid), undefined, 'the JobManager is gone');
});

test.serial('a JobManager that dies is started again, and the TaskManagers stay', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    return {};
  });
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 1 });
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  const before = await app.jobManager();
  process.kill(before.pid, 'SIGKILL');
  await until('a second JobManager', () => app.rm.trackingUrls.length === 2);
  const after = await app.jobManager();
  t.not(after.pid, before.pid);
  t.deepEqual(after.registered?.workers, [worker.containerId]);
  t.deepEqual(app.nm.stopped, []);
});

test.serial('a JobManager that dies again and again fails the application with its last words', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    writeFileSync(self.jobManagerBundle, `console.error('{"level":60,"msg":"no such job"}');\nprocess.exit(3);\n`);
    return {};
  });
  await until('the end', () => app.exitCode !== undefined);
  t.is(app.rm.finished?.finalStatus, 'FAILED');
  t.regex(app.rm.finished?.diagnostics ?? '', /exit code 3.*no such job/s);
});

test.serial('the end of a container reaches the JobManager once, and another one is asked for', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    return {};
  });
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 1 });
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  app.nm.complete(worker.containerId, 'signal', 'killed by SIGKILL');
  app.rm.push(
    [],
    [{ containerId: worker.containerId, exit: { kind: 'signal', exitStatus: 137, diagnostics: 'killed by SIGKILL' } }],
  );
  await until('a second TaskManager', () => app.nm.started.length === 2);
  const { notices } = await app.jobManager();
  t.deepEqual(notices, [['workerTerminated', { resourceId: worker.containerId, diagnostics: 'killed by SIGKILL' }]]);
});

test.serial('a lost TaskManager is replaced though timers come a little early', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    self.clock = { ...systemClock, after: (delayMs, callback) => systemClock.after(delayMs - 5, callback) };
    return {};
  });
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 1 });
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  const registered = chainEvent(7, 'jobmanager', 0, '', { taskManager: worker.containerId });
  await app.call('heartbeat', { events: [registered], runningJobs: 1 });
  app.nm.complete(worker.containerId, 'signal', 'killed by SIGKILL');
  const second = await until('a second TaskManager', () => app.nm.started[1]);
  t.not(second.containerId, worker.containerId);
});

test.serial(
  'a NodeManager that cannot start a TaskManager: the container goes back, and asking pauses at last',
  async (t) => {
    const app = await TestApplication.start(
      t,
      (self) => {
        self.rm.autoAllocateOn = self.nm;
        self.nm.refuseWith = 'disk full';
        return {};
      },
      { 'resourcemanager.start-worker.max-failure-rate': '2', 'resourcemanager.start-worker.retry-interval': '60 s' },
    );
    await app.jobManagerUrl();
    await app.call('wantWorkers', { count: 1 });
    await until('three failures', async () => (await app.jobManager()).notices.length === 3);
    t.is(app.rm.releases.length, 3);
    t.deepEqual(app.rm.asks.at(-1), 1);
    t.is(app.rm.asks.length, 3, 'no fourth ask while paused');
  },
);

test.serial('a restarted ResourceManager hears of everything again; nothing is stopped', async (t) => {
  const app = await TestApplication.start(t);
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 2 });
  await until('the ask', () => app.rm.asks.length === 1);
  app.rm.push([app.rm.container(app.nm)]);
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  const { pid } = await app.jobManager();

  await app.rm.stop();
  await app.rm.start();
  await until('a second registration', () => app.rm.registrations.length === 2);
  const again = app.rm.registrations[1];
  t.deepEqual(again?.containers, [worker.containerId]);
  t.is(again?.trackingUrl, await app.jobManagerUrl());
  await until('the ask for what is missing', () => app.rm.asks.at(-1) === 1);
  t.is((await app.jobManager()).pid, pid);
  t.deepEqual(app.nm.stopped, []);
});

test.serial('an end that a dead ResourceManager did not hear is told to the next one', async (t) => {
  const app = await TestApplication.start(t);
  await app.jobManagerUrl();
  await app.rm.stop();
  await app.clusterFinished('FAILED', 'user code threw');
  await app.rm.start();
  await until('the end', () => app.exitCode === 0);
  t.is(app.rm.finished?.diagnostics, 'user code threw');
});

test.serial('TaskManagers of an earlier attempt are handed to the new JobManager', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.previousContainers = [self.rm.container(self.nm)];
    return { mode: 'per-job', jobGraph: graphOf(1) };
  });
  const view = await until('the registration', async () => (await app.jobManager()).registered);
  t.deepEqual(view.workers, [app.rm.previousContainers[0]?.containerId]);
  t.deepEqual(app.rm.asks, []);
  t.deepEqual(app.nm.started, [], 'it runs already');
});

test.serial('TaskManagers on a suspect node are named to the JobManager', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    return {};
  });
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 1 });
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  app.rm.nodeUpdate(app.nm, 'SUSPECT');
  app.rm.nodeUpdate(app.nm, 'RUNNING');
  const notices = await until('both notices', async () => {
    const all = (await app.jobManager()).notices;
    return all.length === 2 && all;
  });
  t.deepEqual(
    notices.map(([, params]) => params['resourceIds']),
    [[worker.containerId], []],
  );
});

test.serial('killed by the ResourceManager: JobManager and TaskManagers stop', async (t) => {
  const app = await TestApplication.start(t, (self) => {
    self.rm.autoAllocateOn = self.nm;
    return {};
  });
  await app.jobManagerUrl();
  await app.call('wantWorkers', { count: 1 });
  const worker = await until('a TaskManager', () => app.nm.started[0]);
  const { pid } = await app.jobManager();
  app.rm.shutdown('killed by the user');
  await until('the end', () => app.exitCode === 0);
  await until('the stop', () => app.nm.stopped.includes(worker.containerId));
  t.is(processStartTicks(pid), undefined);
  t.is(app.rm.finished, undefined, 'the ResourceManager knows already');
});

test.serial('TaskManagers that no container can hold fail the application, with both numbers', async (t) => {
  const app = await TestApplication.start(t, undefined, { 'taskmanager.memory.process.size': '20g' });
  await until('the end', () => app.exitCode !== undefined);
  t.regex(app.rm.finished?.diagnostics ?? '', /20480 MB.*8192 MB/);
});

test.serial('TaskManagers ask for the JobManager and wait for it', async (t) => {
  const app = await TestApplication.start(t);
  const port = (await until('the registration', () => app.rm.registrations[0])).rpcPort;
  const ask = (key: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/weft/v1/jobmanager`, {
      headers: {
        authorization: `Bearer ${signToken(key, { kind: 'application', subject: 'a', expiresMs: Date.now() + 9999 })}`,
      },
    });
  t.is((await ask('ef'.repeat(32))).status, 401);
  const answer = await ask(APPLICATION_KEY);
  t.deepEqual(await answer.json(), { url: await app.jobManagerUrl() });
});

test.serial('a process that is not the JobManager cannot take its place', async (t) => {
  const app = await TestApplication.start(t);
  const { pid } = await app.jobManager();
  const answer = await app.call('register', { restUrl: 'http://evil', pid: pid + 1 });
  t.is(answer.status, 500);
  t.is((await app.jobManager()).pid, pid);
});
