import test from 'ava';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../../../runtime/common/clock.js';
import { keyGroupOf } from '../../../runtime/serde/index.js';
import { OperatorStates, type KeySpace, type OperatorRestore } from '../../../runtime/state/index.js';
import { ALL_GROUPS, contentOf, DiskOperators, SharedFiles } from './disk-states.js';
import { restoreOf } from './snapshot-in-memory.js';

const SEEDS = 12;
const TURNS = 60;
const OPS = 300;
const KEYS = 4000;
const WINDOWS = 4;

type Model = Map<string, Map<unknown, string>>;

/** Numbers of a seed. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x100000000) * below);
  };
}

function keyOf(n: number): string | number | bigint {
  if (n % 3 === 0) return n;
  return n % 3 === 1 ? `key ${n}` : BigInt(n);
}

/** Changes the operator and the model alike. */
class Worker {
  readonly model: Model = new Map();

  constructor(
    readonly operator: OperatorStates,
    private readonly next: (below: number) => number,
  ) {}

  turn(): void {
    for (let i = 0; i < OPS; i++) this.change();
  }

  copy(): Model {
    return new Map([...this.model].map(([name, content]) => [name, new Map(content)]));
  }

  private change(): void {
    const { next } = this;
    const table = this.operator.keyed().table<{ text: string }>('state');
    const window = next(5) === 0 ? 1 + next(WINDOWS) : 0;
    if (window > 0 && next(200) === 0) {
      table.drop(window);
      this.model.delete(String(window));
      return;
    }
    const bucket = window === 0 ? table.void : table.bucket(window);
    const content = this.model.get(String(window)) ?? new Map<unknown, string>();
    this.model.set(String(window), content);
    const key = keyOf(next(KEYS));
    switch (next(8)) {
      case 0:
        bucket.delete(key);
        content.delete(key);
        return;
      case 1: {
        const cell = bucket.cell(key);
        if (cell === undefined) return;
        bucket.touch(cell);
        cell.value.text += '+';
        content.set(key, cell.value.text);
        return;
      }
      case 2:
      case 3: {
        const value = bucket.get(key);
        if (value?.text !== content.get(key)) throw new Error(`${String(key)} is ${value?.text}`);
        return;
      }
      default: {
        const text = 'x'.repeat(next(next(50) === 0 ? 3000 : 60)) + String(next(1000));
        bucket.set(key, key, { text });
        content.set(key, text);
      }
    }
  }
}

/** What one has and the other has not; keys of windows, values cut. */
function differences(found: Model, expected: Model): string[] {
  const lines = (model: Model): Set<string> =>
    new Set(
      [...model].flatMap(([name, all]) =>
        [...all].map(([key, text]) => `${name} ${typeof key} ${String(key)} ${text.length} ${text.slice(-5)}`),
      ),
    );
  const [own, other] = [lines(found), lines(expected)];
  return [
    ...[...own].filter((line) => !other.has(line)).map((line) => `found ${line}`),
    ...[...other].filter((line) => !own.has(line)).map((line) => `missing ${line}`),
  ].slice(0, 10);
}

function modelOf(operator: OperatorStates): Model {
  const model: Model = new Map();
  for (let window = 0; window <= WINDOWS; window++) {
    const content = contentOf(operator, 'state', window === 0 ? '' : window) as Map<unknown, { text: string }>;
    if (content.size > 0) model.set(String(window), new Map([...content].map(([key, { text }]) => [key, text])));
  }
  return model;
}

function without(model: Model, keep: (key: unknown) => boolean): Model {
  const kept = [...model].map(([name, content]) => [name, new Map([...content].filter(([key]) => keep(key)))] as const);
  return new Map(kept.filter(([, content]) => content.size > 0));
}

const HALVES: KeySpace[] = [
  { maxParallelism: 128, keyGroups: { start: 0, end: 63 } },
  { maxParallelism: 128, keyGroups: { start: 64, end: 127 } },
];

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`checkpoints, savepoints and restores hold exactly what there was, whatever happens meanwhile: seed ${seed}`, async (t) => {
    const operators = new DiskOperators(t);
    const shared = new SharedFiles();
    const next = chance(seed * 7919);
    let worker = new Worker(operators.make(), next);
    for (let turn = 0; turn < TURNS; turn++) {
      worker.turn();
      if (next(4) > 0) continue;
      const expected = without(worker.copy(), () => true);
      const whole = next(3) === 0;
      const snapshot = worker.operator.snapshot(turn);
      const writing: Promise<OperatorRestore> = whole ? restoreOf(snapshot) : shared.take(snapshot);
      for (let i = next(4); i > 0; i--) {
        worker.turn();
        await setImmediate();
      }
      const taken = await writing;
      switch (next(4)) {
        case 0: {
          const heap = new OperatorStates({ operatorId: 'b', operatorName: 'heap' }, ALL_GROUPS, systemClock);
          await heap.restore(taken);
          t.deepEqual(differences(modelOf(heap), expected), []);
          break;
        }
        case 1: {
          for (const half of HALVES) {
            const { start, end } = half.keyGroups;
            const part = operators.make(undefined, half);
            await part.restore(taken);
            const own = (key: unknown): boolean => keyGroupOf(key, 128) >= start && keyGroupOf(key, 128) <= end;
            t.deepEqual(differences(modelOf(part), without(expected, own)), []);
            part.close();
          }
          break;
        }
        case 2: {
          // A failure: goes on from the checkpoint.
          worker.operator.close();
          const again = new Worker(operators.make(), next);
          await again.operator.restore(taken);
          t.deepEqual(differences(modelOf(again.operator), expected), []);
          for (const [name, content] of expected) again.model.set(name, content);
          worker = again;
          break;
        }
        default:
          t.deepEqual(
            differences(
              modelOf(worker.operator),
              without(worker.model, () => true),
            ),
            [],
          );
      }
    }
    worker.operator.close();
  });
}
