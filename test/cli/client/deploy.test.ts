import test, { type ExecutionContext } from 'ava';
import { deployApplication, type DeployContext } from '../../../cli/client/deploy.js';
import { ResourceManagerClient } from '../../../cli/client/resourcemanager-client.js';
import { findSession } from '../../../cli/client/session-lookup.js';
import { fileOfContent } from '../../../runtime/bundle/artifact.js';
import { systemClock } from '../../../runtime/common/clock.js';
import { configurationOf } from '../../../runtime/common/config/index.js';
import type { WeftError } from '../../../runtime/common/errors/index.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { APPLICATION, FakeRest } from '../session/fake-rest.js';

async function cluster(t: ExecutionContext): Promise<{ rest: FakeRest; context: DeployContext; notices: string[] }> {
  const rest = await new FakeRest().start();
  const client = new ResourceManagerClient(rest.url);
  const notices: string[] = [];
  t.teardown(() => {
    client.close();
    rest.close();
  });
  return { rest, notices, context: { client, clock: systemClock, notify: (message) => notices.push(message) } };
}

const jobGraph = { name: 'job' } as unknown as JobGraph;
const artifact = [fileOfContent('job.mjs', Buffer.from('export {}'))];

test('submits with YARN’s fields and uploads what is missing', async (t) => {
  const { rest, context } = await cluster(t);
  const configuration = configurationOf({
    'jobmanager.memory.process.size': '600m',
    'yarn.application.queue': 'reports',
    'yarn.tags': 'a, b',
    'yarn.application-attempts': '3',
    'containerized.master.env.COLOUR': 'blue',
  });
  const { applicationId } = await deployApplication({ mode: 'per-job', configuration, jobGraph, artifact }, context);
  t.is(applicationId, APPLICATION);
  const { submission } = rest;
  t.is(submission?.queue, 'reports');
  t.deepEqual(submission?.resource, { memory: 600, vCores: 1 });
  t.is(submission?.['max-app-attempts'], 3);
  t.deepEqual(submission?.['application-tags'], { tag: ['a', 'b'] });
  t.regex(submission?.['am-container-spec'].commands.command ?? '', /appmaster\.mjs --mode per-job$/);
  t.true(submission?.['am-container-spec'].environment.entry.some(({ key }) => key === 'COLOUR'));
  const resources = submission?.['am-container-spec']['local-resources'].entry ?? [];
  t.deepEqual(
    resources.map(({ key }) => key),
    ['weft-conf.json', 'job-graph.json', 'artifact/job.mjs'],
  );
  for (const { value } of resources) {
    t.is(rest.blobs.get(value.resource.replace(/^weft-blob:/, ''))?.byteLength, value.size);
  }

  const puts = (): number => rest.requests.filter((line) => line.startsWith('PUT /weft')).length;
  const before = puts();
  await deployApplication({ mode: 'per-job', configuration, jobGraph, artifact }, context);
  t.is(puts(), before, 'everything is there already');
});

test('a session’s shipped files reach every container', async (t) => {
  const { rest, context } = await cluster(t);
  const ship = [fileOfContent('data/a.txt', Buffer.from('a'))];
  await deployApplication({ mode: 'session', configuration: configurationOf({}), ship }, context);
  const shipped = rest.submission?.['am-container-spec'].environment.entry.find(
    ({ key }) => key === 'WEFT_SHIPPED_FILES',
  );
  t.deepEqual(JSON.parse(shipped?.value ?? ''), [{ path: 'data/a.txt', sha256: ship[0]?.sha256, sizeBytes: 1 }]);
});

test('waits for the JobManager, not only for RUNNING', async (t) => {
  const { rest, context } = await cluster(t);
  let reports = 0;
  rest.onReport = () => {
    reports++;
    if (reports === 2) rest.state = 'RUNNING';
    if (reports === 4) rest.running();
  };
  const { waitUntilRunning } = await deployApplication(
    { mode: 'session', configuration: configurationOf({}) },
    context,
  );
  t.deepEqual(await waitUntilRunning(), { jobManagerUrl: rest.url });
  t.is(reports, 4);
});

test('an application that fails before is an error with its diagnostics', async (t) => {
  const { rest, context } = await cluster(t);
  rest.onReport = () => {
    rest.state = 'FAILED';
    rest.diagnostics = 'unknown queue: nope';
  };
  const { waitUntilRunning } = await deployApplication(
    { mode: 'session', configuration: configurationOf({}) },
    context,
  );
  await t.throwsAsync(waitUntilRunning(), { code: 'CLIENT_APPLICATION_ENDED', message: /FAILED. unknown queue: nope/ });
});

test('a long wait for room says why', async (t) => {
  const { rest, context, notices } = await cluster(t);
  // Each look at this clock is a second later, and no pause takes any time.
  let seconds = 0;
  const clock = { ...systemClock, monotonicMs: () => 1000 * seconds++, after: instantly };
  let reports = 0;
  rest.diagnostics = 'queue default: 0 MB free';
  rest.onReport = () => {
    if (++reports === 6) rest.running();
  };
  const request = { mode: 'session' as const, configuration: configurationOf({}) };
  const { waitUntilRunning } = await deployApplication(request, { ...context, clock });
  await waitUntilRunning();
  t.deepEqual(notices, [`${APPLICATION} is ACCEPTED: queue default: 0 MB free`], 'once, as long as nothing changes');
});

test('a ResourceManager that is being started again is waited for; one that stays away is an error that names the application', async (t) => {
  const { rest, context } = await cluster(t);
  let seconds = 0;
  const clock = { ...systemClock, monotonicMs: () => 1000 * seconds++, after: instantly };
  const request = { mode: 'session' as const, configuration: configurationOf({}) };
  const { waitUntilRunning } = await deployApplication(request, { ...context, clock });
  let reports = 0;
  rest.onReport = () => {
    if (++reports < 5) rest.hangUp();
    else rest.running();
  };
  t.is((await waitUntilRunning()).jobManagerUrl, rest.url);
  rest.onReport = () => {
    rest.hangUp();
  };
  await t.throwsAsync(waitUntilRunning(), { message: /ResourceManager does not answer/ });
  const error = await t.throwsAsync<WeftError>(waitUntilRunning());
  t.regex(error.hint, new RegExp(`${APPLICATION} was submitted and may run`));
});

function instantly(_delayMs: number, callback: () => void): () => void {
  setImmediate(callback);
  return () => undefined;
}

test('more memory or cores than any container may have: an error with both numbers, and nothing submitted', async (t) => {
  const { rest, context } = await cluster(t);
  const deploy = (properties: Record<string, string>): Promise<unknown> =>
    deployApplication({ mode: 'session', configuration: configurationOf(properties) }, context);
  await t.throwsAsync(deploy({ 'jobmanager.memory.process.size': '9g' }), { message: /JobManager.*9216 MB.*8192 MB/ });
  await t.throwsAsync(deploy({ 'taskmanager.memory.process.size': '10g' }), { message: /TaskManager.*10240.*8192/ });
  await t.throwsAsync(deploy({ 'taskmanager.numberOfTaskSlots': '5' }), { message: /5 vcores.*at most 4/ });
  t.is(rest.submission, undefined);
});

test('a ResourceManager that is not there', async (t) => {
  const client = new ResourceManagerClient('http://127.0.0.1:1');
  const request = { mode: 'session' as const, configuration: configurationOf({}) };
  await t.throwsAsync(deployApplication(request, { client, clock: systemClock }), {
    code: 'UNREACHABLE',
    message: 'The ResourceManager does not answer at http://127.0.0.1:1 (ECONNREFUSED).',
  });
});

test('a session that runs is found; one that is over or unknown is stale', async (t) => {
  const { rest, context } = await cluster(t);
  rest.running();
  t.deepEqual(await findSession(APPLICATION, context), { jobManagerUrl: rest.url });
  rest.state = 'KILLED';
  await t.throwsAsync(findSession(APPLICATION, context, '/home/.yarn-properties-me'), {
    code: 'CLIENT_STALE_SESSION',
    message: /is KILLED.*\/home\/\.yarn-properties-me/,
  });
  await t.throwsAsync(findSession('application_1_0002', context), {
    code: 'CLIENT_STALE_SESSION',
    message: /not known/,
  });
});
