import { cursorOver, PutResult, RecordDecoder, RecordEncoder, type Shape } from '../../../runtime/serde/index.js';

/**
 * Sends records through one encoder and decoder, as a channel does: definitions go before what needs them.
 * @param declared the shape that is known before the first record
 */
export function roundTrip(
  records: readonly unknown[],
  onFallback?: (path: string, reason: string) => void,
  declared?: Shape,
): unknown[] {
  const encoder = new RecordEncoder(onFallback, declared);
  const decoder = new RecordDecoder();
  let version = 0;
  let reader = undefined as ReturnType<RecordDecoder['readerFor']> | undefined;
  return records.map((record) => {
    const bound = encoder.boundOf(record);
    if (encoder.version !== version) {
      version = encoder.version;
      reader = decoder.readerFor(encoder.definition());
    }
    const bytes = new Uint8Array(bound + 16).fill(255);
    const target = { u8: bytes, dv: new DataView(bytes.buffer), pos: 0, limit: bytes.length };
    const end = encoder.write(record, bytes, target.dv, 2);
    if (end > bound + 2) throw new Error(`${end - 2} bytes written, the bound said ${bound}`);
    const result = encoder.put?.(record, target, undefined, 0);
    if (result === PutResult.done && target.pos !== end) throw new Error('put and write disagree');
    if (result === PutResult.misfit || result === undefined) throw new Error('misfit after boundOf');
    return reader?.readOne({ ...cursorOver(bytes), pos: 2 }, end);
  });
}
