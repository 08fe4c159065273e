import test from 'ava';
import { CONTAINER_TRANSITIONS } from '../../nodemanager/containers/container-states.js';
import { exitReasonOf } from '../../nodemanager/containers/exit-reason.js';
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

test('exit reasons', (t) => {
  t.is(exitReasonOf({ exitCode: 0 }, undefined, 'noise').diagnostics, '');
  t.like(exitReasonOf({ exitCode: 143 }, undefined, ''), {
    kind: 'signal',
    exitStatus: 143,
    diagnostics: 'The process was ended by SIGTERM.',
  });
  t.like(exitReasonOf({ signal: 'SIGSEGV' }, undefined, ''), { kind: 'signal', exitStatus: 139 });
  t.like(exitReasonOf({ exitCode: 127 }, undefined, 'not found'), { kind: 'launch-failed', exitStatus: 127 });
  t.like(exitReasonOf({}, undefined, ''), { kind: 'unknown', exitStatus: -100 });
  const stop = { kind: 'memory', exitStatus: -104, reason: 'too much' } as const;
  t.like(exitReasonOf({ signal: 'SIGKILL' }, stop, ''), { kind: 'memory', exitStatus: -104, diagnostics: 'too much' });
  t.like(exitReasonOf({ exitCode: 0 }, stop, ''), { kind: 'memory' });
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
  t.regex(curve.describe(), /use 160 MB .* given 100 MB\. MB over the last 9 s: 90 110 95 110 111 50 160\./);
  for (let second = 0; second < 300; second++) curve.add(second * 1000, 90 * MB);
  t.true(curve.describe().length < 300);
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
