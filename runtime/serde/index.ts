/**
 * Records as bytes. The shape of an edge's records is learnt from the records themselves or declared, and code is
 * generated for it: an encoder that writes straight into a segment, a decoder whose objects share one hidden class, a
 * copier for hand-over within a thread. What has no shape of its own travels in a slower, tagged encoding, and that is
 * reported with the field's path. Keys have canonical bytes and a hash of their own.
 *
 * Called by `exchange` (channels), `operators` (copiers, keys) and later by state. Knows nothing of channels or threads.
 *
 * What does not survive: an object's class (reported), symbol-keyed and non-enumerable properties, shared references
 * (each becomes a copy), and the order of fields where records of an edge differ in it. Cycles and functions are refused.
 */
export type { FallbackListener } from './fallback.js';
export type { Shape, Field } from './shape.js';
export { shapeOfType } from './declared-shape.js';
export { makeTypeCheck } from './type-check.js';
export { makeCopier, makeOwnCopier, type OwnCopier } from './copier.js';
export { keyBytesBound, readKeyBytes, writeKeyBytes } from './key-bytes.js';
export {
  canonicalKeyBytes,
  hashIdentity,
  hashKey,
  KEY_HASH_VERSION,
  keyIdentity,
  type KeyIdentity,
} from './key-hash.js';
export { invert, sortKeyBound, writeOrderedDouble, writeSortKey } from './sort-key.js';
export { keyGroupOf, keyGroupRange, subtaskOfKeyGroup } from './key-groups.js';
export {
  MAX_SHORT_LENGTH,
  PutResult,
  RecordEncoder,
  TIMED_SHORT,
  TIMESTAMP_BYTES,
  type PutTarget,
} from './record-encoder.js';
export {
  RecordDecoder,
  type RecordHandler,
  type RecordKey,
  type RecordTime,
  type RunSource,
  type ShapeReader,
} from './record-decoder.js';
export { cursorOver, type Cursor } from './cursor.js';
export { leastBytes } from './least-bytes.js';
export { decodeTagged, encodeTagged } from './tagged.js';
