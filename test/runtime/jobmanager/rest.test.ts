import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { fastify, type FastifyInstance } from 'fastify';
import { sha256 } from '../../../runtime/common/blobs/blob-store.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { registerRest } from '../../../runtime/jobmanager/rest/index.js';
import { bench, jobGraph, settle, type Bench, type FakeTaskManager } from './support.js';

const GOLDEN = join(process.cwd(), 'test', 'fixtures', 'flink-golden');
const JOB = '1'.repeat(32);
const SOURCE = 'a'.repeat(32);

interface RestBench extends Bench {
  app: FastifyInstance;
  asked: number;
  fetched: number;
  shutdowns: number;
}

async function restBench(weftCommand?: string[]): Promise<RestBench> {
  const it = await bench();
  const app = fastify();
  const rest: RestBench = { ...it, app, asked: 0, fetched: 0, shutdowns: 0 };
  await registerRest(app, {
    jobManager: it.jobManager,
    log: silentLogger(),
    url: () => 'http://127.0.0.1:1',
    webuiDir: undefined,
    weftCommand,
    clientToken: () => undefined,
    uploadDir: mkdtempSync(join(tmpdir(), 'weft-uploads-')),
    onClientWaits: () => undefined,
    onClientAsked: () => rest.asked++,
    onResultFetched: () => rest.fetched++,
    onShutdown: () => rest.shutdowns++,
  });
  return rest;
}

/** A job of parallelism 2 whose tasks have run for ten seconds. */
async function running(): Promise<{ it: RestBench; worker: FakeTaskManager }> {
  const it = await restBench();
  const worker = await it.taskManager('tm1', 4);
  await it.jobManager.submit(jobGraph());
  await settle();
  worker.report(JOB, 'RUNNING');
  for (const seconds of [1, 2]) {
    const metrics = worker.tasks(JOB).map(({ executionId, subtask }) => ({
      executionId,
      recordsIn: 100 * seconds * (subtask + 1),
      recordsOut: 10 * seconds,
      bytesIn: 1000 * seconds,
      bytesOut: 100 * seconds,
      busyMs: 300 * seconds,
      backPressuredMs: 600 * seconds,
      idleMs: 100 * seconds,
    }));
    void worker.heartbeat(metrics);
    await settle();
    it.clock.advance(1000);
  }
  return { it, worker };
}

async function get(it: RestBench, path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await it.app.inject({ method: 'GET', url: path });
  return { status: answer.statusCode, body: answer.json() };
}

/** What Weft's answers have beyond Flink's. */
const OWN = new Set(['weft-version', 'application-id', 'status-message']);

/** Every difference between the shapes, as paths; arrays are compared by their first element. */
function differences(golden: unknown, actual: unknown, path = '$'): string[] {
  if (golden === null || actual === null) return [];
  if (Array.isArray(golden) && Array.isArray(actual)) {
    if (golden.length === 0 || actual.length === 0)
      return golden.length === actual.length ? [] : [`${path}: emptiness`];
    return differences(golden[0], actual[0], `${path}[0]`);
  }
  if (typeof golden !== typeof actual || Array.isArray(golden) !== Array.isArray(actual)) {
    return [`${path}: ${typeof golden} there, ${typeof actual} here`];
  }
  if (typeof golden !== 'object') return [];
  const [there, here] = [golden as Record<string, unknown>, actual as Record<string, unknown>];
  const missing = Object.keys(there).filter((key) => !(key in here));
  const added = Object.keys(here).filter((key) => !(key in there) && !OWN.has(key));
  const shared = Object.keys(there).filter((key) => key in here);
  return [
    ...missing.map((key) => `${path}.${key}: missing`),
    ...added.map((key) => `${path}.${key}: not in Flink's`),
    ...shared.flatMap((key) => differences(there[key], here[key], `${path}.${key}`)),
  ];
}

async function sameShape(t: ExecutionContext, it: RestBench, path: string, file: string): Promise<void> {
  const golden: unknown = JSON.parse(readFileSync(join(GOLDEN, `${file}.json`), 'utf8'));
  const { status, body } = await get(it, path);
  t.is(status, 200, path);
  t.deepEqual(differences(golden, body), [], `${path} against ${file}.json`);
  t.deepEqual(Object.keys((await get(it, `/v1${path}`)).body), Object.keys(body), `/v1${path}`);
}

test('answers have the shapes of Flink’s', async (t) => {
  const { it } = await running();
  const job = `/jobs/${JOB}`;
  const vertex = `${job}/vertices/${SOURCE}`;
  for (const [path, file] of [
    ['/overview', 'overview'],
    ['/config', 'config'],
    ['/jobs', 'jobs'],
    ['/jobs/overview', 'jobs-overview'],
    [job, 'job'],
    [`${job}/plan`, 'job-plan'],
    [`${job}/config`, 'job-config'],
    [`${job}/exceptions`, 'job-exceptions-empty'],
    [`${job}/accumulators`, 'job-accumulators'],
    [`${job}/execution-result`, 'job-execution-result-running'],
    [vertex, 'vertex0'],
    [`${vertex}/subtasks/0`, 'vertex0-subtask0'],
    [`${vertex}/subtasks/0/attempts/0`, 'vertex0-subtask0'],
    [`${vertex}/subtasktimes`, 'vertex0-subtasktimes'],
    [`${vertex}/taskmanagers`, 'vertex0-taskmanagers'],
    [`${vertex}/backpressure`, 'vertex0-backpressure'],
    [`${vertex}/subtasks/metrics?get=numRecordsIn,busyTimeMsPerSecond`, 'vertex0-subtasks-metrics-get'],
    ['/taskmanagers', 'taskmanagers'],
  ] as const) {
    await sameShape(t, it, path, file);
  }
  const details = differences(
    JSON.parse(readFileSync(join(GOLDEN, 'taskmanager.json'), 'utf8')),
    (await get(it, '/taskmanagers/tm1')).body,
  );
  t.deepEqual(details, ['$.metrics.garbageCollectors: emptiness']);
});

test('the figures are the TaskManagers’', async (t) => {
  const { it } = await running();
  const vertex = `/jobs/${JOB}/vertices/${SOURCE}`;
  const { body: overview } = await get(it, '/overview');
  t.like(overview, { taskmanagers: 1, 'slots-total': 4, 'slots-available': 2, 'jobs-running': 1 });
  const { body } = await get(it, `/jobs/${JOB}`);
  const [source] = body['vertices'] as Record<string, unknown>[];
  t.like(source, { status: 'RUNNING', 'end-time': -1, duration: 2000 });
  t.like(source?.['metrics'], { 'read-records': 600, 'read-records-complete': true, 'accumulated-busy-time': 1200 });
  t.like((await get(it, `${vertex}/backpressure`)).body, { backpressureLevel: 'high', 'backpressure-level': 'high' });
  t.deepEqual((await get(it, `${vertex}/metrics?get=1.numRecordsIn,0.numRecordsInPerSecond,nope`)).body, [
    { id: '1.numRecordsIn', value: '400' },
    { id: '0.numRecordsInPerSecond', value: '100' },
  ] as never);
  const { body: aggregated } = await get(it, `${vertex}/subtasks/metrics?get=numRecordsIn`);
  t.deepEqual(aggregated, [
    { id: 'numRecordsIn', min: 200, max: 400, avg: 300, sum: 600, skew: (100 / 300) * 100 },
  ] as never);
  t.deepEqual((await get(it, `${vertex}/watermarks`)).body, [] as never);
});

test('the plan lists sinks first and draws chains as trees', async (t) => {
  const { it } = await running();
  const { plan } = (await get(it, `/jobs/${JOB}/plan`)).body as { plan: { nodes: Record<string, unknown>[] } };
  t.deepEqual(
    plan.nodes.map(({ description }) => description),
    ['Sink: A &amp; B<br/>', 'Source: Lines<br/>+- Split<br/>'],
  );
  t.deepEqual(plan.nodes[0]?.['inputs'], [
    { num: 0, id: SOURCE, ship_strategy: 'HASH', exchange: 'pipelined_bounded' },
  ]);
  t.false('inputs' in (plan.nodes[1] ?? {}));
});

test('a failure shows with its task, its place and its stack', async (t) => {
  const { it, worker } = await running();
  const [broken, ...others] = worker.tasks(JOB);
  worker.report(JOB, 'FAILED', [broken], new TypeError('x is undefined'));
  worker.report(JOB, 'CANCELED', others);
  await settle();
  await sameShape(t, it, `/jobs/${JOB}/exceptions`, 'job-exceptions');
  const { body } = await get(it, `/jobs/${JOB}/exceptions`);
  const { entries } = body['exceptionHistory'] as { entries: Record<string, unknown>[] };
  t.like(entries[0], {
    exceptionName: 'TypeError',
    taskName: 'Source: Lines -> Split (1/2) - execution #0',
    endpoint: 'localhost:40001',
    taskManagerId: 'tm1',
  });
  t.regex(String(entries[0]?.['stacktrace']), /x is undefined[^]*rest\.test/);
  const { body: result } = await get(it, `/jobs/${JOB}/execution-result`);
  t.like(result['job-execution-result'], { 'application-status': 'FAILED', 'failure-cause': { class: 'TypeError' } });
  t.is(it.fetched, 1);
});

test('a finished job gives its result', async (t) => {
  const { it, worker } = await running();
  worker.report(JOB, 'FINISHED');
  await settle();
  await sameShape(t, it, `/jobs/${JOB}/execution-result`, 'job-execution-result-finished');
  const { body } = await get(it, `/jobs/${JOB}`);
  t.like(body, { state: 'FINISHED', duration: 2000 });
});

test('accumulators are merged over subtasks, while the job runs and after it', async (t) => {
  const { it, worker } = await running();
  await worker.heartbeat(
    worker.tasks(JOB).map(({ executionId }, n) => ({
      ...{
        executionId,
        recordsIn: 0,
        recordsOut: 0,
        bytesIn: 0,
        bytesOut: 0,
        busyMs: 0,
        backPressuredMs: 0,
        idleMs: 0,
      },
      ...(n < 2 ? { accumulators: [{ name: 'seen', type: 'LongCounter', value: 10 + n }] } : {}),
    })),
  );
  const job = `/jobs/${JOB}`;
  const vertices = worker
    .tasks(JOB)
    .slice(0, 2)
    .map(({ vertexId }) => vertexId);
  t.deepEqual((await get(it, `${job}/accumulators`)).body, {
    'job-accumulators': [],
    'user-task-accumulators': [{ name: 'seen', type: 'LongCounter', value: '21' }],
    'serialized-user-task-accumulators': {},
  });
  const [vertex] = vertices;
  const own = worker
    .tasks(JOB)
    .slice(0, 2)
    .filter(({ vertexId }) => vertexId === vertex);
  const { body } = await get(it, `${job}/vertices/${vertex}/accumulators`);
  t.like(body, { id: vertex });
  t.is((body['user-accumulators'] as { value: string }[])[0]?.value, own.length === 2 ? '21' : '10');
  const { body: attempt } = await get(it, `${job}/vertices/${vertex}/subtasks/0/attempts/0/accumulators`);
  t.like(attempt, { subtask: 0, attempt: 0 });
  t.is((attempt['user-accumulators'] as object[]).length, 1);
  worker.report(JOB, 'FINISHED');
  await settle();
  const { body: result } = await get(it, `${job}/execution-result`);
  t.like(result['job-execution-result'], {
    'accumulator-results': { seen: { name: 'seen', type: 'LongCounter', value: 21 } },
  });
});

test('metrics of operators and of the program, hot keys and slow fields of subtasks', async (t) => {
  const { it, worker } = await running();
  const operator = (name: string, recordsIn: number) => ({
    ...{ operatorId: 'a'.repeat(32), name, recordsIn, recordsOut: recordsIn, bytesIn: 0, bytesOut: 7 },
  });
  const none = { recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0, busyMs: 0, backPressuredMs: 0, idleMs: 0 };
  const hotKeys = [{ key: 'ann', share: 0.4 }];
  const fallbacks = [{ operator: 'Map', path: 'record.at', reason: 'it is an instance of Moment' }];
  const statistics = { min: 1, max: 9, mean: 4, stddev: 2, p50: 4, p75: 5, p95: 8, p98: 9, p99: 9, p999: 9 };
  await worker.heartbeat(
    worker.tasks(JOB).map(({ executionId, subtask }) => ({
      ...{ executionId, ...none, hotKeys, fallbacks },
      operators: [operator('Map', 10), operator('Map', 5), operator('Sink: Out', 3)],
      userMetrics: [
        { operator: 'Sink: Out', groups: [], name: 'written', type: 'counter' as const, value: subtask + 1 },
        {
          operator: 'Sink: Out',
          groups: [{ name: 'city', value: 'Oslo' }],
          name: 'mode',
          type: 'gauge' as const,
          value: 'fast',
        },
        { operator: 'Sink: Out', groups: [], name: 'size', type: 'histogram' as const, value: 7, statistics },
      ],
    })),
  );
  const vertex = `/jobs/${JOB}/vertices/${SOURCE}`;
  const counted = '1.Map.numRecordsIn,1.Sink__Out.numRecordsIn,1.Sink__Out.numRecordsInPerSecond,0.Map.numBytesOut';
  t.deepEqual((await get(it, `${vertex}/metrics?get=${counted}`)).body as unknown, [
    // Of two operators of one name, those of the first.
    { id: '1.Map.numRecordsIn', value: '10' },
    { id: '1.Sink__Out.numRecordsIn', value: '3' },
    { id: '1.Sink__Out.numRecordsInPerSecond', value: '3' },
    { id: '0.Map.numBytesOut', value: '7' },
  ]);
  const names = [
    '0.Sink__Out.written',
    '1.Sink__Out.city.Oslo.mode',
    '0.Sink__Out.size_median',
    '0.Sink__Out.size_p999',
  ];
  t.deepEqual((await get(it, `${vertex}/metrics?get=${names.join(',')},0.nothing`)).body as unknown, [
    { id: names[0], value: '1' },
    { id: names[1], value: 'fast' },
    { id: names[2], value: '4' },
    { id: names[3], value: '9' },
  ]);
  const asked = 'Sink__Out.written,Sink__Out.city.Oslo.mode';
  t.deepEqual((await get(it, `${vertex}/subtasks/metrics?get=${asked}&agg=sum,max`)).body as unknown, [
    { id: 'Sink__Out.written', max: 2, sum: 3 },
  ]);
  const { body } = await get(it, `/weft/v1${vertex}/findings`);
  t.like((body.subtasks as object[])[1], { subtask: 1, 'hot-keys': hotKeys, fallbacks, operators: { length: 3 } });
});

test('metrics of jobs', async (t) => {
  const { it } = await running();
  const [uptime, restarts] = (await get(it, `/jobs/${JOB}/metrics?get=uptime,numRestarts,nothing`)).body as unknown as {
    id: string;
    value: string;
  }[];
  t.is(uptime?.id, 'uptime');
  t.true(Number(uptime?.value) >= 2000);
  t.deepEqual(restarts, { id: 'numRestarts', value: '0' });
  t.deepEqual((await get(it, '/jobs/metrics?get=numRestarts&agg=max')).body as unknown, [
    { id: 'numRestarts', max: 0 },
  ]);
});

test('cancel has both of Flink’s forms and its refusals', async (t) => {
  const { it, worker } = await running();
  const stop = await it.app.inject({ method: 'PATCH', url: `/jobs/${JOB}?mode=stop` });
  t.is(stop.statusCode, 308);
  const cancel = await it.app.inject({ method: 'PATCH', url: `/jobs/${JOB}?mode=cancel` });
  t.is(cancel.statusCode, 202);
  t.deepEqual(cancel.json(), {});
  worker.report(JOB, 'CANCELED');
  await settle();
  const again = await it.app.inject({ method: 'GET', url: `/v1/jobs/${JOB}/yarn-cancel` });
  t.is(again.statusCode, 202);

  const finished = await running();
  finished.worker.report(JOB, 'FINISHED');
  await settle();
  const late = await finished.it.app.inject({ method: 'PATCH', url: `/jobs/${JOB}` });
  t.is(late.statusCode, 409);
});

test('errors have Flink’s bodies', async (t) => {
  const { it } = await running();
  const unknown = '0'.repeat(32);
  for (const [method, path, status, message] of [
    ['GET', '/jobs/xyz', 400, /Cannot resolve path parameter \(jobid\) from value "xyz"/],
    ['GET', `/jobs/${unknown}`, 404, /Job 0{32} not found/],
    ['GET', `/jobs/${JOB}/vertices/${unknown}`, 404, /JobVertex 0{32} not found/],
    ['GET', `/jobs/${JOB}/vertices/${SOURCE}/subtasks/9`, 404, /subtask index/],
    ['GET', `/jobs/${JOB}/vertices/${SOURCE}/subtasks/-1`, 400, /path parameter \(subtaskindex\) from value "-1"/],
    ['GET', `/jobs/${JOB}/vertices/${SOURCE}/subtasks/0/attempts/x`, 400, /path parameter \(attempt\) from value "x"/],
    ['GET', `/jobs/${JOB}/checkpoints/details/x`, 400, /path parameter \(checkpointid\) from value "x"/],
    ['GET', '/taskmanagers/nope', 404, /No TaskExecutor registered under nope/],
    ['GET', '/nope', 404, /^Unable to load requested file \/nope\.$/],
    ['POST', '/jobs/overview', 404, /^Not found: \/jobs\/overview$/],
  ] as const) {
    const answer = await it.app.inject({ method, url: path });
    t.is(answer.statusCode, status, path);
    t.regex(answer.json<{ errors: string[] }>().errors[0] ?? '', message);
    t.is(answer.headers['content-type'], 'application/json; charset=UTF-8');
    t.is(answer.headers['access-control-allow-origin'], '*');
  }
});

test('a program’s files and its graph come in over Weft’s own paths', async (t) => {
  const it = await restBench();
  const content = Buffer.from('data');
  const url = `/weft/v1/blobs/${sha256(content)}`;
  t.is((await it.app.inject({ method: 'HEAD', url })).statusCode, 404);
  const headers = { 'content-type': 'application/octet-stream' };
  t.is((await it.app.inject({ method: 'PUT', url, headers, payload: 'other' })).statusCode, 400);
  t.is((await it.app.inject({ method: 'PUT', url, headers, payload: content })).statusCode, 201);
  t.is((await it.app.inject({ method: 'HEAD', url })).statusCode, 200);
  const fetched = await it.app.inject({ method: 'GET', url });
  t.is(fetched.payload, 'data');
  t.is((await it.app.inject({ method: 'GET', url: '/weft/v1/blobs/..%2Fx' })).statusCode, 404);

  const submit = { method: 'POST', url: '/weft/v1/jobs', payload: { jobGraph: jobGraph() } } as const;
  const first = await it.app.inject(submit);
  t.is(first.statusCode, 202);
  t.deepEqual(first.json(), { jobId: JOB });
  t.is((await it.app.inject(submit)).statusCode, 202);
  t.is((await it.app.inject({ ...submit, payload: { jobGraph: {} } })).statusCode, 400);
  await settle();
  const { body } = await get(it, `/jobs/${JOB}/status`);
  t.is(body['status'], 'RUNNING');
  t.regex(String(body['status-message']), /^waiting for 2 slots/);
});

test('the graphs of a job say where each subtask runs', async (t) => {
  const { it } = await running();
  const { body } = await get(it, `/weft/v1/jobs/${JOB}/graphs`);
  t.is((body['streamGraph'] as { nodes: unknown[] }).nodes.length, 3);
  const { slots } = body['physicalGraph'] as { slots: { place: object; subtasks: object[] }[] };
  t.like(slots[1], {
    number: 1,
    place: { resourceId: 'tm1', slot: 1, thread: 11, host: 'localhost', endpoint: 'localhost:40001' },
  });
  t.like(slots[1]?.subtasks[0], { vertexId: SOURCE, subtask: 1, state: 'RUNNING' });
});

test('who holds the watermark back is named, with since when', async (t) => {
  const { it, worker } = await running();
  t.is((await get(it, `/weft/v1/jobs/${JOB}/watermarks`)).body['heldBackBy'], null);
  const figures = { recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0, busyMs: 0, backPressuredMs: 0, idleMs: 0 };
  const told = worker.tasks(JOB).map(({ executionId, subtask, vertexId }) => ({
    ...{ executionId, ...figures, inputWatermarkMs: 100 },
    ...{
      outputWatermarkMs: vertexId === SOURCE && subtask === 1 ? 70 : 500,
      outputWatermarkSinceMs: 42,
      outputIdle: 0,
    },
  }));
  void worker.heartbeat(told);
  await settle();
  const { body } = await get(it, `/weft/v1/jobs/${JOB}/watermarks`);
  t.like(body['heldBackBy'], { vertexId: SOURCE, subtask: 1, watermarkMs: 70, sinceMs: 42, sources: [] });
  const sink = worker.tasks(JOB).find(({ vertexId }) => vertexId !== SOURCE)?.vertexId;
  const answer = await it.app.inject({ method: 'GET', url: `/jobs/${JOB}/vertices/${sink}/watermarks` });
  t.deepEqual(answer.json<unknown[]>()[0], { id: '0.currentInputWatermark', value: '100' });
  const ofSource = await it.app.inject({ method: 'GET', url: `/jobs/${JOB}/vertices/${SOURCE}/watermarks` });
  t.deepEqual(ofSource.json(), []);
  // Watermarks that an operator behind the source makes.
  void worker.heartbeat(
    told.map((each, index) =>
      worker.tasks(JOB)[index].vertexId === SOURCE
        ? { ...each, outputWatermarkMs: Number.MIN_SAFE_INTEGER }
        : { ...each, outputWatermarkMs: 60 },
    ),
  );
  await settle();
  t.like((await get(it, `/weft/v1/jobs/${JOB}/watermarks`)).body['heldBackBy'], {
    ...{ vertexId: sink, subtask: 0, watermarkMs: 60 },
    sources: ['Source: Lines -> Split'],
  });
});

test('the cluster is stopped over REST', async (t) => {
  const it = await restBench();
  const answer = await it.app.inject({ method: 'DELETE', url: '/v1/cluster' });
  t.is(answer.statusCode, 200);
  t.deepEqual(answer.json(), {});
  t.is(it.shutdowns, 1);
});

/** Stands for the command `weft`: says what it was called with, as `weft run` and `weft info --json` answer. */
const FAKE_WEFT = `
const [action, ...words] = process.argv.slice(2);
if (words.at(-1) === 'fail') { console.error('SyntaxError: unexpected token'); process.exit(1); }
if (action === 'run') console.log('Job has been submitted with JobID ' + '${JOB}');
else console.log(JSON.stringify({
  name: words.join(' ').replace(/\\S*_program/, 'program'),
  settings: {},
  streamGraph: { nodes: [], edges: [] },
  jobGraph: { vertices: [], edges: [] },
}));
`;

test('programs are uploaded, listed, planned, run and deleted', async (t) => {
  const script = join(mkdtempSync(join(tmpdir(), 'weft-fake-')), 'weft.mjs');
  writeFileSync(script, FAKE_WEFT);
  const it = await restBench([process.execPath, script]);
  const upload = async (name: string, field = 'jarfile') => {
    const form = new FormData();
    form.append(field, new Blob(['export {};']), name);
    const multipart = new Response(form);
    return it.app.inject({
      method: 'POST',
      url: '/jars/upload',
      headers: { 'content-type': multipart.headers.get('content-type') ?? '' },
      payload: Buffer.from(await multipart.arrayBuffer()),
    });
  };
  t.is((await upload('program.jar')).statusCode, 400);
  t.is((await upload('program.ts', 'other')).statusCode, 400);
  const uploaded = await upload('../my program.ts');
  t.is(uploaded.json<{ status: string }>().status, 'success');
  const { body } = await get(it, '/jars');
  const [file] = body['files'] as { id: string; name: string; entry: unknown[] }[];
  t.like(file, { name: 'my_program.ts', entry: [] });
  t.true(uploaded.json<{ filename: string }>().filename.endsWith(file.id));

  const jar = `/jars/${file.id}`;
  const { body: planned } = await get(it, `${jar}/plan?parallelism=3&program-args=--in%20"a%20b"%20$HOME`);
  t.is((planned['plan'] as { name: string }).name, '--json -p 3 program.ts --in a b $HOME');
  const payload = { programArgs: null, programArgsList: ['x'], parallelism: null, entryClass: null };
  const run = await it.app.inject({ method: 'POST', url: `/v1${jar}/run`, payload });
  t.deepEqual(run.json(), { jobid: JOB });
  const failing = await it.app.inject({ method: 'POST', url: `${jar}/run?program-args=fail` });
  t.is(failing.statusCode, 400);
  t.regex(failing.json<{ errors: string[] }>().errors[0] ?? '', /SyntaxError: unexpected token/);

  t.is((await it.app.inject({ method: 'DELETE', url: jar })).statusCode, 200);
  t.is((await it.app.inject({ method: 'DELETE', url: jar })).statusCode, 400);
  t.is((await it.app.inject({ method: 'DELETE', url: '/jars/..%2Fx' })).statusCode, 400);
  t.deepEqual((await get(it, '/jars')).body['files'], []);
});
