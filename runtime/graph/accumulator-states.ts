/**
 * Accumulators on their way: a subtask's as JSON, those of one name merged, and the value that the program gets. The
 * JobManager merges without the program's code, so it knows Weft's own kinds of accumulators and no others.
 */
import { deserialize, serialize } from 'node:v8';
import type { AccumulatorState } from '../common/wire/protocols/task-findings.js';
import {
  AverageAccumulator,
  DoubleCounter,
  DoubleMaximum,
  DoubleMinimum,
  Histogram,
  IntCounter,
  IntMaximum,
  IntMinimum,
  ListAccumulator,
  LongCounter,
  LongMaximum,
  LongMinimum,
  type Accumulator,
} from '../functions/index.js';

type AnyAccumulator = Accumulator<never, unknown>;

interface Kind {
  is(accumulator: unknown): boolean;
  encode(accumulator: AnyAccumulator): unknown;
  decode(value: unknown): AnyAccumulator;
}

const NUMBERS = {
  IntCounter,
  LongCounter,
  DoubleCounter,
  IntMinimum,
  IntMaximum,
  LongMinimum,
  LongMaximum,
  DoubleMinimum,
  DoubleMaximum,
};

const KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(
    Object.entries(NUMBERS).map(([name, Type]): [string, Kind] => [
      name,
      {
        is: (accumulator) => accumulator instanceof Type,
        encode: (accumulator) => encodeNumber(accumulator.getLocalValue() as number),
        decode: (value) => new Type(Number(value)),
      },
    ]),
  ),
  AverageAccumulator: {
    is: (accumulator) => accumulator instanceof AverageAccumulator,
    encode: (accumulator) => {
      const { count, sum } = (accumulator as unknown as AverageAccumulator).getParts();
      return [count, encodeNumber(sum)];
    },
    decode: (value) => {
      const [count, sum] = value as [number, number | string];
      return new AverageAccumulator(count, Number(sum));
    },
  },
  Histogram: {
    is: (accumulator) => accumulator instanceof Histogram,
    encode: (accumulator) => [...(accumulator as unknown as Histogram).getLocalValue()],
    decode: (value) => new Histogram(value as [number, number][]),
  },
  ListAccumulator: {
    is: (accumulator) => accumulator instanceof ListAccumulator,
    encode: (accumulator) => serialize(accumulator.getLocalValue()).toString('base64'),
    decode: (value) => new ListAccumulator(deserialize(Buffer.from(value as string, 'base64')) as unknown[]),
  },
};

/** JSON has no words for NaN and the infinities. */
function encodeNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The name of the accumulator's kind; undefined for one that Weft cannot merge. */
export function accumulatorType(accumulator: unknown): string | undefined {
  return Object.keys(KINDS).find((name) => KINDS[name]?.is(accumulator));
}

/** @throws TypeError for another kind than those of Weft, which registering refuses */
export function accumulatorState(name: string, accumulator: AnyAccumulator): AccumulatorState {
  const type = accumulatorType(accumulator) ?? '';
  return { name, type, value: kindOf(type).encode(accumulator) };
}

/** Merged values by name, in order of first appearance. Those of one name and different kinds become a conflict. */
export function mergeAccumulators(states: Iterable<AccumulatorState>): AccumulatorState[] {
  const merged = new Map<string, { type: string; accumulator: AnyAccumulator | undefined }>();
  for (const { name, type, value } of states) {
    const entry = merged.get(name);
    const accumulator = kindOf(type).decode(value);
    if (entry === undefined) merged.set(name, { type, accumulator });
    else if (entry.type !== type) merged.set(name, { type: `${entry.type} and ${type}`, accumulator: undefined });
    else entry.accumulator?.merge(accumulator);
  }
  return [...merged].map(([name, { type, accumulator }]) =>
    accumulator === undefined ? { name, type, value: null } : accumulatorState(name, accumulator),
  );
}

/** What the program gets: a number, a Map, an array; an Error for a conflict. */
export function accumulatorResult({ name, type, value }: AccumulatorState): unknown {
  if (!Object.hasOwn(KINDS, type)) return new Error(`The accumulator "${name}" was registered as ${type}.`);
  return kindOf(type).decode(value).getLocalValue();
}

/** As `accumulatorResult`, by name. */
export function accumulatorResults(states: Iterable<AccumulatorState>): Record<string, unknown> {
  return Object.fromEntries([...states].map((state) => [state.name, accumulatorResult(state)]));
}

/** As Flink's pages and REST API write a value. */
export function accumulatorText(state: AccumulatorState): string {
  const result = accumulatorResult(state);
  if (result instanceof Map) return `{${[...result].map(([key, count]) => `${key}=${count}`).join(', ')}}`;
  return Array.isArray(result) ? `[${result.map(String).join(', ')}]` : String(result);
}

function kindOf(type: string): Kind {
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined) throw new TypeError(`"${type}" is no kind of accumulator.`);
  return kind;
}
