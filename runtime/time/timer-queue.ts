/** Timers of one time domain of an operator, each of a key and a namespace. */
import { keyIdentity } from '../serde/index.js';
import {
  VOID_NAMESPACE,
  type KeyedAddition,
  type KeyedStateBackend,
  type Namespace,
  type Section,
  type SnapshotPart,
  type Versioned,
} from '../state/index.js';
import { TimestampHeap } from './timestamp-heap.js';

export interface Timer extends Versioned {
  readonly timestampMs: number;
  readonly key: unknown;
  /** What stands for the key in buckets. */
  readonly id: unknown;
  readonly namespace: Namespace;
}

/** Timers of one moment: rounding timestamps makes them share it. */
type Moment = Timer | Map<unknown, Timer>;

/** Moments that were taken away stay in the heap until there are more of them than others. */
const MIN_HEAP_TO_REBUILD = 1024;

/**
 * A heap of the distinct moments, and by moment its timers. So a timer costs a look-up in a Map; the heap only grows with moments
 * that are new. Registering twice is once; deleting is exact.
 */
export class TimerQueue implements KeyedAddition, SnapshotPart {
  readonly kind = 'timers';
  private readonly moments = new Map<number, Moment>();
  private readonly heap = new TimestampHeap();
  private readonly section: Section;
  private count = 0;

  /** @param name of the queue in snapshots */
  constructor(
    private readonly backend: KeyedStateBackend,
    readonly name: string,
  ) {
    this.section = backend.add(this);
  }

  get size(): number {
    return this.count;
  }

  /** The earliest moment that may have timers; Infinity when there are none. */
  get nextMs(): number {
    return this.count === 0 ? Infinity : this.heap.least;
  }

  register(timestampMs: number, namespace: Namespace, id: unknown, key: unknown): void {
    const { moments } = this;
    const moment = moments.get(timestampMs);
    if (moment === undefined) {
      moments.set(timestampMs, this.timer(timestampMs, namespace, id, key));
      this.heap.push(timestampMs);
    } else if (moment instanceof Map) {
      const name = nameOf(namespace, id);
      if (!moment.has(name)) moment.set(name, this.timer(timestampMs, namespace, id, key));
    } else if (moment.id !== id || moment.namespace !== namespace) {
      const both = new Map<unknown, Timer>([[nameOf(moment.namespace, moment.id), moment]]);
      moments.set(timestampMs, both.set(nameOf(namespace, id), this.timer(timestampMs, namespace, id, key)));
    }
  }

  delete(timestampMs: number, namespace: Namespace, id: unknown): void {
    const moment = this.moments.get(timestampMs);
    if (moment === undefined) return;
    if (moment instanceof Map) {
      const name = nameOf(namespace, id);
      const timer = moment.get(name);
      if (timer === undefined) return;
      this.keep(timer);
      moment.delete(name);
      this.count--;
      // An empty moment stays while its timers are being fired; else it is found empty when its time comes.
      return;
    }
    if (moment.id !== id || moment.namespace !== namespace) return;
    this.keep(moment);
    this.moments.delete(timestampMs);
    this.count--;
    if (this.heap.size > MIN_HEAP_TO_REBUILD && this.heap.size > 2 * this.moments.size) {
      this.heap.reset(this.moments.keys(), this.moments.size);
    }
  }

  /**
   * Takes the timers up to this moment away and fires them, in the order of time. What is registered meanwhile fires too.
   * @param most stops after so many: a timer that registers itself again for now must not hold the thread
   */
  advance(toMs: number, fire: (timer: Timer) => void, most = Infinity): void {
    const { heap, moments } = this;
    let left = most;
    while (heap.least <= toMs && left > 0) {
      const timestampMs = heap.pop();
      const moment = moments.get(timestampMs);
      if (moment === undefined) continue;
      if (moment instanceof Map) {
        for (const [name, timer] of moment) {
          if (left-- <= 0) {
            heap.push(timestampMs);
            return;
          }
          moment.delete(name);
          this.fire(timer, fire);
        }
        moments.delete(timestampMs);
      } else {
        left--;
        moments.delete(timestampMs);
        this.fire(moment, fire);
      }
    }
  }

  parts(): readonly SnapshotPart[] {
    return [this];
  }

  *entries(): Generator<Timer> {
    for (const moment of this.moments.values()) {
      if (moment instanceof Map) yield* moment.values();
      else yield moment;
    }
  }

  keep(timer: Timer): void {
    const { epochs } = this.backend;
    if (timer.epoch === epochs.current) return;
    for (const { epoch, writer } of epochs.runs) {
      if (epoch > timer.epoch) writer.write(this.section, timer.namespace, timer.key, timer.timestampMs);
    }
    timer.epoch = epochs.current;
  }

  restore(namespace: Namespace, key: unknown, value: unknown): void {
    this.register(value as number, namespace, keyIdentity(key), key);
  }

  private fire(timer: Timer, fire: (timer: Timer) => void): void {
    this.keep(timer);
    this.count--;
    fire(timer);
  }

  private timer(timestampMs: number, namespace: Namespace, id: unknown, key: unknown): Timer {
    this.count++;
    return { timestampMs, key, id, namespace, epoch: this.backend.epochs.current };
  }
}

/** What tells the timers of a moment apart. Most have no namespace: then it is the key's own stand-in. */
function nameOf(namespace: Namespace, id: unknown): unknown {
  return namespace === VOID_NAMESPACE ? id : `${typeof id} ${String(id)} ${typeof namespace} ${namespace}`;
}
