/** Any order of ends, answers, failures and time: what the coordinator must never do. */
import test from 'ava';
import fc from 'fast-check';
import { ManualClock } from '../../../../runtime/common/clock.js';
import { WeftError } from '../../../../runtime/common/errors/index.js';
import { CoordinatorRig } from './coordinator-rig.js';

type Step =
  | { type: 'time'; ms: number }
  | { type: 'answer'; pick: number }
  | { type: 'decline'; pick: number }
  | { type: 'finalize'; pick: number; fine: boolean }
  | { type: 'savepoint' }
  | { type: 'finish'; pick: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 150 }) }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('answer' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('decline' as const), pick: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('finalize' as const), pick: fc.nat(), fine: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('savepoint' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('finish' as const), pick: fc.nat() }) },
);

function pickOf<T>(items: readonly T[], pick: number): T | undefined {
  return items.length === 0 ? undefined : items[pick % items.length];
}

function play(rig: CoordinatorRig, step: Step): void {
  const { coordinator } = rig;
  const pending = coordinator.pendingCheckpoints;
  switch (step.type) {
    case 'time':
      rig.clock.advance(step.ms);
      return;
    case 'answer': {
      const chosen = pickOf(pending, step.pick);
      const task = pickOf(chosen?.plan.acknowledge ?? [], step.pick);
      if (chosen !== undefined && task !== undefined && rig.runs(task)) rig.answer(chosen.id, task);
      return;
    }
    case 'decline': {
      const chosen = pickOf(pending, step.pick);
      const task = pickOf(chosen?.plan.acknowledge ?? [], step.pick);
      if (chosen !== undefined && task !== undefined) {
        coordinator.decline(chosen.id, task.executionId, new WeftError('CHECKPOINT_FAILED', 'no'));
      }
      return;
    }
    case 'finalize': {
      const id = pickOf([...rig.finalizing], step.pick);
      if (id === undefined) return;
      rig.finalizing.delete(id);
      if (step.fine) coordinator.finalized(id);
      else coordinator.finalizeFailed(id, new Error('disk full'));
      return;
    }
    case 'savepoint':
      coordinator.savepoint({ kind: 'savepoint', target: '/s' }).catch(() => undefined);
      return;
    case 'finish': {
      const task = pickOf(rig.running, step.pick);
      if (task !== undefined && rig.running.length > 1) rig.finish(task);
    }
  }
}

test('whatever happens, what completes was whole, in order, once, and within the limits', (t) => {
  fc.assert(
    fc.property(
      fc.array(stepArbitrary, { minLength: 10, maxLength: 120 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 }),
      fc.constantFrom(0, 30),
      fc.boolean(),
      (steps, concurrent, tolerableFailures, minPauseMs, unaligned) => {
        const maxConcurrent = unaligned ? 1 : concurrent;
        const rig = new CoordinatorRig(new ManualClock(1000), {
          ...{ maxConcurrent: minPauseMs > 0 ? 1 : maxConcurrent, tolerableFailures, minPauseMs },
          unaligned,
        });
        rig.coordinator.start();
        for (const step of steps) {
          play(rig, step);
          const periodic = rig.coordinator.pendingCheckpoints.filter(({ isSavepoint }) => !isSavepoint);
          t.true(periodic.length <= (minPauseMs > 0 ? 1 : maxConcurrent));
          if (unaligned) t.true(rig.coordinator.pendingCheckpoints.length <= 1);
        }
        for (const pending of rig.completed) {
          // Everyone who took part has answered, and nobody else.
          t.deepEqual(
            [...pending.acknowledged.keys()].toSorted(),
            pending.plan.acknowledge.map(({ executionId }) => executionId).toSorted(),
          );
        }
        const ids = rig.triggered.map(({ id }) => id);
        t.deepEqual(
          ids,
          ids.toSorted((a, b) => a - b),
        );
        t.is(new Set(ids).size, ids.length);
        // Each ends once: completed or aborted.
        const ended = [...rig.completed, ...rig.aborted].map(({ id }) => id);
        t.is(new Set(ended).size, ended.length);
        // A periodic checkpoint never completes after a later one of its kind.
        const periodicIds = rig.completed.filter(({ isSavepoint }) => !isSavepoint).map(({ id }) => id);
        t.deepEqual(
          periodicIds,
          periodicIds.toSorted((a, b) => a - b),
        );
        for (const [earlier, later] of rig.pauses()) t.true(later - earlier >= minPauseMs);
        rig.coordinator.stop(new WeftError('CHECKPOINT_ABORTED', 'over'));
        t.true(rig.coordinator.pendingCheckpoints.every(({ id }) => rig.finalizing.has(id)));
      },
    ),
    { numRuns: 300 },
  );
});
