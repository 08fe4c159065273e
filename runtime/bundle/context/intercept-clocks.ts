/** Routes every way of reading a clock through the readings. */
import type { Patches } from './patches.js';
import type { Readings } from './readings.js';

/** @param active while false, everything behaves as ever (also for those who kept a reference to a replaced function) */
export function interceptClocks(patches: Patches, readings: Readings, active: () => boolean): void {
  interceptDate(patches, readings, active);
  // The clock itself, not a use of it.
  // eslint-disable-next-line no-restricted-properties
  const realNow = performance.now.bind(performance);
  const nowMs = (): number => (active() ? readings.monotonicMs(realNow) : realNow());
  patches.replace(performance, 'now', nowMs);

  const realHrtime = process.hrtime;
  const nowNs = (): bigint => BigInt(Math.round(nowMs() * 1e6));
  const hrtime = (previous?: [number, number]): [number, number] => {
    if (!active()) return realHrtime(previous);
    const ns = nowNs() - (previous === undefined ? 0n : BigInt(previous[0]) * 1_000_000_000n + BigInt(previous[1]));
    return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
  };
  const bigint = (): bigint => (active() ? nowNs() : realHrtime.bigint());
  patches.replace(process, 'hrtime', Object.assign(hrtime, { bigint }));
}

/** `Date()`, `new Date()` and `Date.now()` read the clock; a date made from arguments does not. */
function interceptDate(patches: Patches, readings: Readings, active: () => boolean): void {
  const RealDate = Date;
  const realNow = RealDate.now.bind(RealDate);
  const now = (): number => (active() ? readings.wallMs(realNow) : realNow());
  const InterceptedDate = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args: unknown[], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    get: (target, key, receiver): unknown => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  patches.replace(globalThis, 'Date', InterceptedDate);
}
