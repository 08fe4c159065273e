import { deserialize, serialize } from 'node:v8';
import type { SimpleVersionedSerializer } from './source.js';

/** Whatever structured cloning takes: objects, arrays, Maps, Sets, dates, bigints, bytes; no functions, no classes. */
export const plainDataSerializer: SimpleVersionedSerializer<unknown> = {
  version: 0,
  serialize: (value) => serialize(value),
  deserialize: (_version, bytes) => deserialize(bytes) as unknown,
};
