/** Watermarks and idleness as control elements, in band with the records. Barriers have other tags. */
import type { RecordWriter } from './types.js';

const WATERMARK_TAG = 1;
const IDLE_TAG = 2;

/** Takes what the channels of a gate say about event time. */
export interface ChannelTimeTaker {
  onWatermark(channel: number, watermarkMs: number): void;
  onIdle(channel: number, idle: boolean): void;
}

export function broadcastWatermark(writer: RecordWriter, watermarkMs: number): void {
  const payload = new Uint8Array(8);
  new DataView(payload.buffer).setFloat64(0, watermarkMs, true);
  writer.broadcastControl(WATERMARK_TAG, payload);
}

export function broadcastIdle(writer: RecordWriter, idle: boolean): void {
  writer.broadcastControl(IDLE_TAG, Uint8Array.of(idle ? 1 : 0));
}

/** @returns whether the control element was one of these */
export function takeTimeElement(tag: number, payload: Uint8Array, channel: number, taker: ChannelTimeTaker): boolean {
  if (tag === WATERMARK_TAG) {
    taker.onWatermark(channel, new DataView(payload.buffer, payload.byteOffset).getFloat64(0, true));
  } else if (tag === IDLE_TAG) {
    taker.onIdle(channel, payload[0] === 1);
  } else {
    return false;
  }
  return true;
}
