/** Which transactional ids a sink may use again, whatever becomes of checkpoints. */
import test from 'ava';
import fc from 'fast-check';
import { subtaskOfId, TransactionIds } from '../../../../runtime/connectors/kafka/sink/transaction-ids.js';

test('an id that the latest complete checkpoint has to commit is not begun anew', (t) => {
  const steps = fc.array(fc.constantFrom('write', 'checkpoint', 'complete', 'abort', 'restart'), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (given) => {
      let ids = new TransactionIds('p', 0, []);
      let checkpointId = 0;
      /** Of each checkpoint that was not given up, what it has to commit. */
      const taken = new Map<number, string[]>();
      let latest: string[] = [];
      let pending: string[] = [];
      for (const step of given) {
        if (step === 'write') {
          const id = ids.next();
          t.false(latest.includes(id), `${id} is in the latest checkpoint`);
          t.false(pending.includes(id), `${id} waits for a checkpoint`);
          ids.handOver(id);
          pending.push(id);
        } else if (step === 'checkpoint') {
          taken.set(++checkpointId, [...pending]);
          t.deepEqual(ids.snapshot(checkpointId), pending);
        } else if (step === 'abort') {
          taken.delete(checkpointId);
        } else if (step === 'complete' && taken.has(checkpointId)) {
          latest = taken.get(checkpointId) ?? [];
          pending = pending.filter((id) => !latest.includes(id));
          ids.complete(checkpointId);
          taken.clear();
        } else if (step === 'restart') {
          ids = new TransactionIds('p', 0, latest);
          pending = [];
          taken.clear();
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('ids come back: a job that runs for ever has few of them', (t) => {
  const ids = new TransactionIds('p', 3, []);
  const seen = new Set<string>();
  for (let checkpointId = 1; checkpointId < 100; checkpointId++) {
    const id = ids.next();
    seen.add(id);
    ids.handOver(id);
    ids.snapshot(checkpointId);
    ids.complete(checkpointId);
  }
  t.deepEqual([...seen], ['p-3-0', 'p-3-1']);
});

test('an id tells its subtask, one of another prefix nothing', (t) => {
  t.is(subtaskOfId('p', 'p-3-1'), 3);
  for (const id of ['q-3-1', 'p-3', 'p-3-1-2', 'p-x-1', 'pp-3-1']) t.is(subtaskOfId('p', id), undefined, id);
});
