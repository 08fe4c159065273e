import type { KeyFunction } from '../../graph/operator-spec.js';
import { declaredAt } from '../declared-at.js';
import type { StreamInput } from './stream-context.js';

/** The inputs, spread by this key; a record whose key is none is refused with the line of the program that called. */
export function hashed(inputs: readonly StreamInput[], key: KeyFunction): StreamInput[] {
  const at = declaredAt();
  return inputs.map((input) => ({ ...input, partitioner: { kind: 'HASH', key, declaredAt: at } }));
}
