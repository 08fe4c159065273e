import test from 'ava';
import { CONTAINER_TRANSITIONS } from '../../nodemanager/containers/container-states.js';
import { exitReasonOf, memoryExceeded } from '../../nodemanager/containers/exit-reason.js';
import { describeMemory } from '../../nodemanager/containers/memory-report.js';
import { StatusDeltas } from '../../nodemanager/heartbeat/status-deltas.js';
import { resolveRange } from '../../nodemanager/logs/container-logs.js';
import { MemoryCurve } from '../../nodemanager/monitor/memory-curve.js';
import { canTransition, transition } from '../../runtime/common/state-machine.js';
import type { ContainerStatus } from '../../runtime/common/wire/protocols/shared.js';

test('a container goes from NEW over LOCALIZING and RUNNING to COMPLETE, and never back', (t) => {
  const path = (['localize', 'launched', 'exited'] as const).reduce(
    (states, event) => [...states, transition('container', CONTAINER_TRANSITIONS, states.at(-1) ?? 'NEW', event)],
    ['NEW'],
  );
  t.deepEqual(path, ['NEW', 'LOCALIZING', 'RUNNING', 'COMPLETE']);
  for (const event of ['localize', 'launched', 'failed', 'stopped', 'exited'] as const) {
    t.false(canTransition(CONTAINER_TRANSITIONS, 'COMPLETE', event));
  }
  t.throws(() => transition('container', CONTAINER_TRANSITIONS, 'RUNNING', 'failed'), { message: /no transition/ });
});

const NOTHING_KNOWN = { lastWords: [] };

test('exit reasons: how a process ended by itself, and who ended it', (t) => {
  t.deepEqual(exitReasonOf({ exitCode: 0 }, { lastWords: ['noise'] }), {
    kind: 'finished',
    exitStatus: 0,
    diagnostics: '',
  });
  const signalled = exitReasonOf({ exitCode: 143 }, NOTHING_KNOWN);
  t.like(signalled, { kind: 'signal', exitStatus: 143, signal: 'SIGTERM', by: 'unknown' });
  t.regex(signalled.diagnostics, /ended by SIGTERM, sent by somebody outside of the cluster/);
  const byUser = exitReasonOf({ signal: 'SIGKILL' }, { lastWords: [], signalledBy: 'user' });
  t.like(byUser, { kind: 'signal', by: 'user', diagnostics: 'The process was ended by SIGKILL, sent by a user.' });
  t.like(exitReasonOf({ signal: 'SIGSEGV' }, NOTHING_KNOWN), { kind: 'signal', exitStatus: 139 });
  const absent = exitReasonOf({ exitCode: 127 }, { lastWords: ['sh: not found'] });
  t.like(absent, { kind: 'launch-failed', exitStatus: 127, lastWords: ['sh: not found'] });
  t.regex(absent.diagnostics, /could not be run \(127\)\.\nIts last words:\nsh: not found/);
  t.like(exitReasonOf({ exitCode: 3 }, { lastWords: ['a', 'b'] }), { kind: 'exit-code', lastWords: ['a', 'b'] });
  t.like(exitReasonOf({}, NOTHING_KNOWN), { kind: 'unknown', exitStatus: -100 });
});

test('exit reasons: what we asked for counts, however the process obeyed; then what the kernel did', (t) => {
  const memory = {
    limitMb: 100,
    usedMb: 160,
    curve: [
      { secondsAgo: 2, mb: 80 },
      { secondsAgo: 0, mb: 160 },
    ],
  };
  const stop = memoryExceeded({ ...memory, plan: { heap: 60, overhead: 40 } }, 'nodemanager');
  for (const end of [{ signal: 'SIGKILL' }, { exitCode: 0 }] as const) {
    t.is(exitReasonOf(end, { stop, lastWords: ['x'] }), stop);
  }
  t.like(stop, { kind: 'memory', exitStatus: -104, by: 'nodemanager' });
  t.is(
    stop.diagnostics,
    'The processes of the container use 160 MB of resident memory and were given 100 MB. ' +
      'MB over the last 2 s: 80 160. The program planned for (MB): heap 60, overhead 40.',
  );
  const killed = exitReasonOf({ signal: 'SIGKILL' }, { lastWords: [], killedByKernel: memory });
  t.like(killed, { kind: 'memory', exitStatus: -104, by: 'kernel', memory });
  t.regex(killed.diagnostics, /The kernel killed a process/);
});

test('memory: a short peak is forgiven, a lasting or large one is not', (t) => {
  const MB = 1024 * 1024;
  const curve = new MemoryCurve(100 * MB);
  const feed = (mb: number, timeMs = 0): boolean => {
    curve.add(timeMs, mb * MB);
    return curve.exceeded;
  };
  t.deepEqual(
    [90, 110, 95, 110, 111].map((mb) => feed(mb)),
    [false, false, false, false, true],
  );
  t.false(feed(50));
  t.true(feed(160, 9000));
  t.like(curve.report(), { limitMb: 100, usedMb: 160 });
  t.deepEqual(curve.report().curve[0], { secondsAgo: 9, mb: 90 });
  for (let second = 10; second < 300; second++) curve.add(second * 1000, 90 * MB);
  const { curve: minute } = curve.report();
  t.is(minute.length, 61, 'one minute, whatever came before');
  t.deepEqual(
    [minute[0], minute.at(-1)],
    [
      { secondsAgo: 60, mb: 90 },
      { secondsAgo: 0, mb: 90 },
    ],
  );
  t.true(describeMemory(curve.report()).length < 300);
});

test('heartbeats carry what changed since the last acknowledged one', (t) => {
  const deltas = new StatusDeltas();
  const status = (state: ContainerStatus['state'], residentMb = 0): ContainerStatus => ({
    containerId: 'c',
    state,
    resource: { memoryMb: 1, vcores: 1 },
    residentMb,
  });
  t.is(deltas.changed([status('RUNNING')]).length, 1);
  t.is(deltas.changed([status('RUNNING')]).length, 1, 'not acknowledged yet');
  deltas.acknowledge([status('RUNNING')]);
  t.is(deltas.changed([status('RUNNING', 3)]).length, 0);
  t.is(deltas.changed([status('RUNNING', 60)]).length, 1);
  t.is(deltas.changed([status('COMPLETE')]).length, 1);
  deltas.retain(new Set());
  t.is(deltas.changed([status('RUNNING')]).length, 1);
});

test('log ranges', (t) => {
  t.deepEqual(resolveRange(10, { offset: 0, size: undefined }), { start: 0, end: 10 });
  t.deepEqual(resolveRange(10, { offset: 4, size: 3 }), { start: 4, end: 7 });
  t.deepEqual(resolveRange(10, { offset: 4, size: -99 }), { start: 4, end: 10 });
  t.deepEqual(resolveRange(10, { offset: 40, size: -1 }), { start: 10, end: 10 });
});
