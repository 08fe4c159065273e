import { RecordEncoder } from '../serde/index.js';
import { controlElement, headRecord, MAX_HEADER, SHAPE_TAG } from './elements.js';

/** Records and control elements as the byte stream of a channel of their own. */
export class StreamBytes {
  private readonly encoder = new RecordEncoder();
  private shapeVersion = 0;
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  get all(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** @param timestampMs NaN = it has none @throws SERDE_UNSUPPORTED_VALUE */
  record(record: unknown, timestampMs: number): void {
    const bound = this.encoder.boundOf(record);
    if (this.encoder.version !== this.shapeVersion) {
      this.shapeVersion = this.encoder.version;
      this.append(controlElement(SHAPE_TAG, this.encoder.definition()));
    }
    this.makeRoom(MAX_HEADER + bound);
    const from = this.length + MAX_HEADER;
    const to = this.encoder.write(record, this.bytes, this.view, from);
    const start = headRecord(this.view, from, to - from, timestampMs);
    // The longest header was left room for; this one may be shorter.
    this.bytes.copyWithin(this.length, start, to);
    this.length += to - start;
  }

  control(tag: number, payload: Uint8Array): void {
    this.append(controlElement(tag, payload));
  }

  private append(element: Uint8Array): void {
    this.makeRoom(element.length);
    this.bytes.set(element, this.length);
    this.length += element.length;
  }

  private makeRoom(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    bytes.set(this.all);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}
