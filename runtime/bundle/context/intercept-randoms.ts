/** Routes every source of random values that programs use through the readings. */
import crypto from 'node:crypto';
import type { Patches } from './patches.js';
import type { Readings } from './readings.js';

type Callback<T> = (error: Error | null, value: T) => void;
type Fillable = NodeJS.ArrayBufferView | ArrayBuffer;

export function interceptRandoms(patches: Patches, readings: Readings, active: () => boolean): void {
  // The source itself, not a use of it.
  // eslint-disable-next-line no-restricted-properties
  const realRandom = Math.random.bind(Math);
  patches.replace(Math, 'random', () => (active() ? readings.randomNumber(realRandom) : realRandom()));

  const { randomBytes, randomUUID, randomInt, webcrypto } = crypto;
  const text = (real: () => string): string => (active() ? readings.randomText(real) : real());
  const bytes = (size: number): Buffer =>
    Buffer.from(
      text(() => randomBytes(size).toString('hex')),
      'hex',
    );

  patches.replace(crypto, 'randomUUID', ((options?: crypto.RandomUUIDOptions) =>
    text(() => randomUUID(options))) as typeof randomUUID);
  patches.replace(crypto, 'randomBytes', ((size: number, callback?: Callback<Buffer>) =>
    answer(bytes(size), callback)) as typeof randomBytes);
  patches.replace(crypto, 'randomInt', ((first: number, ...rest: (number | Callback<number> | undefined)[]) => {
    const callback = rest.find((argument) => typeof argument === 'function');
    const [min, max] = typeof rest[0] === 'number' ? [first, rest[0]] : [0, first];
    const draw = (): number => randomInt(min, max);
    return answer(active() ? readings.randomNumber(draw) : draw(), callback);
  }) as typeof randomInt);
  patches.replace(crypto, 'randomFillSync', ((target: Fillable, offset?: number, size?: number) =>
    fill(target, bytes, offset, size)) as typeof crypto.randomFillSync);
  patches.replace(crypto, 'randomFill', (target: Fillable, ...rest: (number | Callback<Fillable>)[]) => {
    const [offset, size] = rest.filter((argument) => typeof argument === 'number');
    const callback = rest.find((argument) => typeof argument === 'function');
    answer(fill(target, bytes, offset, size), callback);
  });

  const realUuid = webcrypto.randomUUID.bind(webcrypto);
  patches.replace(webcrypto, 'randomUUID', (() => text(realUuid)) as typeof webcrypto.randomUUID);
  patches.replace(webcrypto, 'getRandomValues', ((target: NodeJS.ArrayBufferView) =>
    fill(target, bytes)) as typeof webcrypto.getRandomValues);
}

/** Returned, or given to the callback later, as Node's functions do. */
function answer<T>(value: T, callback: Callback<T> | undefined): T | undefined {
  if (callback === undefined) return value;
  queueMicrotask(() => {
    callback(null, value);
  });
  return undefined;
}

/** Offset and size count elements, as in Node; by default the whole target is filled. */
function fill<T extends Fillable>(target: T, bytes: (size: number) => Buffer, offset = 0, size?: number): T {
  const width = 'BYTES_PER_ELEMENT' in target ? target.BYTES_PER_ELEMENT : 1;
  const start = offset * width;
  const length = size === undefined ? target.byteLength - start : size * width;
  const view = ArrayBuffer.isView(target)
    ? new Uint8Array(target.buffer, target.byteOffset + start, length)
    : new Uint8Array(target, start, length);
  view.set(bytes(length));
  return target;
}
