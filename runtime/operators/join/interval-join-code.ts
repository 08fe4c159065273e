import { instantiate } from '../../common/code-template.js';
import { MIN_WATERMARK } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { IntervalJoinSpec } from '../../graph/window-spec.js';
import type { KeyedStateBackend } from '../../state/index.js';
import { retainer } from '../hand-over.js';
import { identifier } from '../key-identity.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { droppedRecords, LateRecords } from '../window/late-records.js';
import { RestoredTime } from '../window/restored-time.js';
import { IntervalSide, type TimedRecords } from './interval-side.js';
import { JoinScope, type PairTaker } from './join-scope.js';

/** How far the join has come; what a checkpoint brings back is there from the first record on. */
interface JoinTime {
  watermarkMs: number;
}

/** What takes the records of the two streams of an interval join. */
export function intervalJoinCode(
  { fn, keys, lowerMs, upperMs, lateTags }: IntervalJoinSpec,
  next: Next,
  operator: OperatorContext,
  objectReuse: boolean,
): [Next, Next] {
  const backend = operator.states.keyed();
  const left = new IntervalSide(backend.table<TimedRecords>('interval-left'), Math.max(upperMs, 0));
  const right = new IntervalSide(backend.table<TimedRecords>('interval-right'), Math.max(-lowerMs, 0));
  const time: JoinTime = { watermarkMs: MIN_WATERMARK };
  const restored = new RestoredTime(operator.states, () => time.watermarkMs, operator.task);
  const start = once(() => {
    time.watermarkMs = Math.max(time.watermarkMs, restored.timeMs);
    left.load();
    right.load();
  });
  operator.eventTime.onAdvance((watermarkMs) => {
    start();
    // In batch event time begins anew with each key.
    if (watermarkMs === MIN_WATERMARK) time.watermarkMs = MIN_WATERMARK;
    if (watermarkMs <= time.watermarkMs) return;
    time.watermarkMs = watermarkMs;
    left.sweep(watermarkMs);
    right.sweep(watermarkMs);
  });
  const scope = new JoinScope(next, operator);
  const pair = instantiate(joinPair)(fn.processElement.bind(fn), scope, operator);
  const retain = retainer(objectReuse);
  const dropped = droppedRecords(operator);
  const code = (second: boolean, fromMs: number, toMs: number): Next =>
    instantiate(joinRecords)({
      ...{ start, time, pair, retain, operator, backend, fromMs, toMs, second },
      own: second ? right : left,
      other: second ? left : right,
      key: keys[second ? 1 : 0],
      identify: identifier(operator),
      late: new LateRecords(operator, lateTags[second ? 1 : 0], dropped),
    });
  return [code(false, lowerMs, upperMs), code(true, -upperMs, -lowerMs)];
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}

interface SideParts {
  readonly start: () => void;
  readonly time: JoinTime;
  readonly own: IntervalSide;
  readonly other: IntervalSide;
  readonly key: KeyFunction;
  readonly identify: (key: unknown) => unknown;
  /** The other's time minus its own: from here to there. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Whether it is the right stream. */
  readonly second: boolean;
  readonly pair: PairTaker;
  readonly late: LateRecords;
  readonly retain: (record: unknown) => unknown;
  readonly backend: KeyedStateBackend;
  readonly operator: OperatorContext;
}

/** Template: a record meets those of the other stream that are there, and waits for those to come. */
function joinRecords(parts: SideParts): Next {
  const { start, time, own, other, key, identify, fromMs, toMs, second, pair, late, retain, backend, operator } = parts;
  const { task } = operator;
  return function joinRecord(record) {
    const at = task.timestampMs;
    start();
    if (!(at >= -Number.MAX_SAFE_INTEGER && at < Number.MAX_SAFE_INTEGER)) throw operator.badTimestamp(at, record);
    if (at < time.watermarkMs) {
      late.take(record);
      return;
    }
    let k: unknown;
    try {
      k = key(record);
    } catch (error) {
      throw operator.failed(error);
    }
    const id = typeof k === 'string' || (typeof k === 'number' && k === k) ? k : identify(k);
    const kept = retain(record);
    own.add(own.bucket.cell(id), id, k, at, kept);
    const cell = other.bucket.cell(id);
    if (cell === undefined) return;
    backend.currentKey = k;
    backend.currentId = id;
    const { times, records } = cell.value;
    // What can meet stands mostly at the end.
    const lowMs = Math.max(at + fromMs, time.watermarkMs - other.lifeMs + 1);
    const highMs = at + toMs;
    let i = times.length;
    while (i > 0 && times[i - 1] >= lowMs) i--;
    for (; i < times.length && times[i] <= highMs; i++) {
      if (second) pair(records[i], kept, times[i], at);
      else pair(kept, records[i], at, times[i]);
    }
    task.timestampMs = at;
  };
}

/** Template: hands one pair to the program's function. */
function joinPair(
  processElement: (left: unknown, right: unknown, context: JoinScope, out: JoinScope['out']) => unknown,
  scope: JoinScope,
  operator: OperatorContext,
): PairTaker {
  const { task } = operator;
  return function takePair(left, right, leftMs, rightMs) {
    let result: unknown;
    scope.leftMs = leftMs;
    scope.rightMs = rightMs;
    task.timestampMs = leftMs > rightMs ? leftMs : rightMs;
    scope.open = true;
    try {
      result = processElement(left, right, scope, scope.out);
    } catch (error) {
      throw operator.failed(error);
    }
    scope.open = false;
    if (result instanceof Promise) throw operator.returnedPromise();
  };
}
