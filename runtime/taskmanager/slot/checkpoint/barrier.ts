/** Barriers as control elements: what was before one in its channel belongs to the checkpoint, what is behind it does not. */
import type { CheckpointOrder } from '../../../common/wire/protocols/checkpoints.js';
import type { RecordWriter } from '../../../exchange/index.js';

const BARRIER_TAG = 16;

/** Published at once, whatever the buffer timeout: everything waits for it. */
export function broadcastBarrier(writer: RecordWriter, order: CheckpointOrder): void {
  writer.broadcastControl(BARRIER_TAG, Buffer.from(JSON.stringify(order)), { flush: true });
}

/** The barrier that a control element is; undefined when it is something else. */
export function takeBarrier(tag: number, payload: Uint8Array): CheckpointOrder | undefined {
  if (tag !== BARRIER_TAG) return undefined;
  return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()) as CheckpointOrder;
}
