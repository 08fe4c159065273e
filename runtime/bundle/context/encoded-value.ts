/** Values of a program as JSON that keeps what JSON alone would lose: dates, maps, sets, typed arrays, big integers. */
import { deserialize, serialize } from 'node:v8';
import { WeftError } from '../../common/errors/index.js';

interface EncodedValue {
  /** Structured clone, base64. */
  clone: string;
}

/** @throws BUNDLE_BAD_VALUE for functions and whatever else cannot be cloned */
export function encodeValue(value: unknown, subject: string): EncodedValue {
  try {
    return { clone: serialize(value).toString('base64') };
  } catch (cause) {
    throw new WeftError('BUNDLE_BAD_VALUE', `The value "${subject}" cannot be shipped: ${String(cause)}`, {
      subject,
      cause,
    });
  }
}

export function decodeValue(encoded: unknown): unknown {
  return deserialize(Buffer.from((encoded as EncodedValue).clone, 'base64'));
}
