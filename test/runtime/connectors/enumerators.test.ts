import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import type { WeftError } from '../../../runtime/common/errors/index.js';
import type { ToReader } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import { Enumerators } from '../../../runtime/connectors/index.js';
import { splitSource } from '../../../runtime/functions/index.js';
import { captureGraph } from '../api/capture-graph.js';

/** The enumerators of a job whose source knows its splits when `splits` says so. */
async function enumeratorsOf(splits: Promise<readonly number[]>) {
  const source = splitSource<number, number>({ splits: () => splits, read: (split) => [split] });
  const streamGraph = await captureGraph((env) => {
    env.fromSource(source, 'Slow').print();
  });
  const node = streamGraph.nodes.find(({ name }) => name.includes('Slow'))?.id ?? -1;
  const sent: ToReader[] = [];
  const failures: WeftError[] = [];
  const enumerators = new Enumerators({
    ...{ streamGraph, clock: systemClock, restored: new Map() },
    send: (_node, _subtask, message) => sent.push(message),
    failed: (_node, error) => failures.push(error),
  });
  return { enumerators, node, sent, failures };
}

test('a checkpoint that comes while an enumerator still starts waits for it', async (t) => {
  let list: (splits: readonly number[]) => void = () => undefined;
  const { enumerators, node, sent } = await enumeratorsOf(new Promise((resolve) => (list = resolve)));
  enumerators.fromReader(node, 0, { type: 'register' });
  enumerators.fromReader(node, 0, { type: 'requestSplit' });
  const assignedBefore = enumerators.started.then(() => [sent.length, enumerators.snapshot(1).size]);
  await setImmediate();
  t.is(sent.length, 0);
  list([7, 8]);
  // What readers asked for meanwhile was answered first: the split is the reader's and not in the snapshot.
  t.deepEqual(await assignedBefore, [1, 1]);
  await enumerators.close();
});

test('a start that fails says why, and leaves no checkpoint waiting', async (t) => {
  const { enumerators, failures } = await enumeratorsOf(Promise.reject(new Error('no list today')));
  await enumerators.started;
  t.regex(failures[0]?.message ?? '', /Slow, enumerator: no list today/);
  t.throws(() => enumerators.snapshot(1), { message: /does not run/ });
});
