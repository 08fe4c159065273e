import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { chainEvent } from '../../../runtime/common/events/chain-events.js';
import { APPLICATION, FakeRest } from '../session/fake-rest.js';

const ENTRY = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));

async function cluster(t: ExecutionContext): Promise<FakeRest> {
  const rest = await new FakeRest().start();
  t.teardown(() => rest.close());
  rest.running();
  return rest;
}

function weftApp(rest: FakeRest, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [ENTRY, 'app', ...args], { env: { ...process.env, WEFT_RM: rest.url } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

test('lists applications, with one dash or two', async (t) => {
  const rest = await cluster(t);
  const [yarn, gnu] = await Promise.all([
    weftApp(rest, '-list'),
    weftApp(rest, '--list', '-appStates', 'ALL', '--json'),
  ]);
  t.is(yarn.code, 0);
  t.regex(yarn.out, /states: \[SUBMITTED, ACCEPTED, RUNNING\]\): 1\n.*\n.*application_1700000000000_0001.*RUNNING/);
  t.is((JSON.parse(gnu.out) as { applications: { id: string }[] }).applications[0]?.id, APPLICATION);
});

test('shows an application, and its events in the order of the chain', async (t) => {
  const rest = await cluster(t);
  rest.events = [
    chainEvent(10, 'resourcemanager', 1000, APPLICATION, {}),
    chainEvent(1, 'resourcemanager', 900, APPLICATION, { name: 'demo' }),
    chainEvent(2, 'resourcemanager', 950, APPLICATION, {}),
  ];
  const [status, events] = await Promise.all([
    weftApp(rest, '-status', APPLICATION),
    weftApp(rest, '-status', APPLICATION, '--events'),
  ]);
  t.true(status.out.includes(`Tracking-URL : ${rest.url}\n`), 'the JobManager’s own address');
  t.deepEqual(
    events.out
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).slice(0, 5)),
    [
      ['1', '1970-01-01T00:00:00.900Z', '+0', 'ms', 'application.submitted'],
      ['2', '1970-01-01T00:00:00.950Z', '+50', 'ms', 'appmaster.started'],
      ['10', '1970-01-01T00:00:01.000Z', '+100', 'ms', 'heartbeat.appmaster-resourcemanager'],
    ],
  );
});

test('kills an application that runs, and says when it has ended before', async (t) => {
  const rest = await cluster(t);
  t.is((await weftApp(rest, '-kill', APPLICATION)).out, `Killed application ${APPLICATION}\n`);
  t.is(rest.state, 'KILLED');
  t.is((await weftApp(rest, '-kill', APPLICATION)).out, `Application ${APPLICATION} has already finished.\n`);
});

test('bad arguments and unknown applications end with 1', async (t) => {
  const rest = await cluster(t);
  const [none, state, id, unknown] = await Promise.all([
    weftApp(rest),
    weftApp(rest, '-list', '-appStates', 'SLEEPING'),
    weftApp(rest, '-status', 'nonsense'),
    weftApp(rest, '-status', 'application_1700000000000_0009'),
  ]);
  t.deepEqual([none.code, state.code, id.code, unknown.code], [1, 1, 1, 1]);
  t.regex(none.out, /^Please specify one of -list, -status/);
  t.regex(state.out, /SLEEPING is invalid/);
  t.regex(id.out, /"nonsense" is not a valid application id/);
  t.regex(unknown.err, /not found/);
});
