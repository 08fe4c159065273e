/** The log by entries: finds, reads and writes the value of a key, and knows what of the log still counts. */
import { WeftError } from '../../common/errors/index.js';
import {
  cursorOver,
  hashIdentity,
  keyBytesBound,
  readKeyBytes,
  writeKeyBytes,
  type Cursor,
  type KeyIdentity,
} from '../../serde/index.js';
import type { KeyProbe } from './address-table.js';
import type { DiskBucket } from './disk-bucket.js';
import { ABSENT, DiskCell, NOT_STORED } from './disk-cell.js';
import { GONE, HEADER_BYTES, MAX_KEY_BYTES, paddedLength, writeHead } from './log-record.js';
import { SegmentLog } from './segment-log.js';

export class EntryLog implements KeyProbe {
  readonly segments: SegmentLog;
  /** Bytes of records that count. */
  liveBytes = 0;
  /** By their numbers; those that were dropped are not in it. */
  readonly buckets = new Map<number, DiskBucket>();
  private probe: Cursor = cursorOver(new Uint8Array(1024));
  private probeLength = 0;
  /** The record that was found last. */
  private found: Cursor = this.probe;
  private foundAt = 0;

  constructor(folder: string, segmentBytes?: number) {
    this.segments = new SegmentLog(folder, segmentBytes);
  }

  /** The entry of a key as the log has it. */
  load<V>(bucket: DiskBucket<V>, id: KeyIdentity): DiskCell<V> | undefined {
    const address = this.find(bucket, id);
    return address === undefined ? undefined : this.cellAt(bucket, id, this.found, address);
  }

  /** The address of a key's record. */
  find({ table }: Pick<DiskBucket, 'table'>, id: KeyIdentity): number | undefined {
    if (table.size === 0) return undefined;
    this.aim(id);
    return table.find(spread(hashIdentity(id)), this);
  }

  /** The entry whose record lies at a cursor. @param id of its key */
  cellAt<V>(bucket: DiskBucket<V>, id: KeyIdentity, cursor: Cursor, address: number): DiskCell<V> {
    const start = cursor.pos;
    const length = cursor.dv.getUint32(start, true);
    const shape = cursor.dv.getUint16(start + 12, true);
    const keyAt = start + HEADER_BYTES;
    const keyEnd = keyAt + cursor.dv.getUint16(start + 14, true);
    const isText = typeof id === 'string' && id.charCodeAt(0) === 0xffff;
    const key = isText ? readKeyBytes(cursor, keyAt, keyEnd) : id;
    cursor.pos = keyEnd;
    const cell = new DiskCell(bucket, id, key, bucket.state.read(shape, cursor, start + length) as V);
    cell.address = address;
    cell.storedBytes = paddedLength(length);
    return cell;
  }

  isKeyAt(address: number): boolean {
    const cursor = this.segments.read(address);
    const { u8, dv, pos } = cursor;
    const length = this.probeLength;
    if (dv.getUint16(pos + 14, true) !== length) return false;
    const other = this.probe.u8;
    for (let i = 0, at = pos + HEADER_BYTES; i < length; i++, at++) if (u8[at] !== other[i]) return false;
    this.found = cursor;
    this.foundAt = pos;
    return true;
  }

  /** Brings a changed entry into the log. @throws STATE_DISK_FAILED, STATE_NOT_SERIALIZABLE */
  write(cell: DiskCell): void {
    const keyHash = hashIdentity(cell.id);
    const hash = spread(keyHash);
    const known = this.locate(cell, hash);
    const { table } = cell.bucket;
    if (cell.value === ABSENT) {
      if (!known) return;
      // Shape 0 and no value: whatever of the key is older is hidden by it.
      this.append(cell, keyHash, true);
      table.remove();
      this.count(cell.bucket, -cell.storedBytes);
      cell.address = NOT_STORED;
      cell.storedBytes = 0;
      return;
    }
    const before = known ? cell.storedBytes : 0;
    const { address, bytes } = this.append(cell, keyHash, false);
    if (known) table.move(address);
    else table.add(hash, address);
    cell.address = address;
    cell.storedBytes = bytes;
    this.count(cell.bucket, bytes - before);
  }

  /**
   * A record that another run of the operator wrote.
   * @param shape of its value here, or GONE
   */
  import(bucket: DiskBucket, from: Cursor, keyEnd: number, end: number, shape: number): void {
    const at = from.pos;
    const keyHash = from.dv.getUint32(at + 4, true);
    const length = end - at;
    this.segments.makeRoom(length);
    const { target } = this.segments;
    target.u8.set(from.u8.subarray(at, end), target.pos);
    writeHead(target.dv, target.pos, length, keyHash, bucket.number, shape, keyEnd - at - HEADER_BYTES);
    this.index(bucket, from, shape, this.segments.commit(length));
  }

  /** Notes where the record at the cursor lies now: it is the latest of its key. */
  index(bucket: DiskBucket, { u8, dv, pos }: Cursor, shape: number, address: number): void {
    const { table } = bucket;
    const hash = spread(dv.getUint32(pos + 4, true));
    this.probeLength = dv.getUint16(pos + 14, true);
    if (this.probe.u8.length < this.probeLength) this.probe = cursorOver(new Uint8Array(2 * this.probeLength));
    this.probe.u8.set(u8.subarray(pos + HEADER_BYTES, pos + HEADER_BYTES + this.probeLength));
    const bytes = paddedLength(dv.getUint32(pos, true));
    const known = table.find(hash, this) !== undefined;
    if (known) this.count(bucket, -paddedLength(this.found.dv.getUint32(this.foundAt, true)));
    if (shape === GONE) {
      if (known) table.remove();
      return;
    }
    if (known) table.move(address);
    else table.add(hash, address);
    this.count(bucket, bytes);
  }

  count(bucket: DiskBucket, bytes: number): void {
    bucket.liveBytes += bytes;
    if (!bucket.isDropped) this.liveBytes += bytes;
  }

  /** The bucket is dropped: nothing of it counts. */
  forget(bucket: DiskBucket): void {
    this.buckets.delete(bucket.number);
    this.liveBytes -= bucket.liveBytes;
  }

  /** Whether the log has the entry; if so the table stands there. */
  private locate(cell: DiskCell, hash: number): boolean {
    if (cell.address === NOT_STORED) return false;
    const { table } = cell.bucket;
    if (table.holds(hash, cell.address)) return true;
    // Cleaning has moved it.
    this.aim(cell.id);
    return table.find(hash, this) !== undefined;
  }

  private append(cell: DiskCell, keyHash: number, gone: boolean): { address: number; bytes: number } {
    const { bucket, id, value } = cell;
    if (!gone) bucket.section.declared?.require(value);
    const { encoder } = bucket.state;
    const { segments } = this;
    segments.makeRoom(HEADER_BYTES + keyBytesBound(id) + (gone ? 0 : bound(cell)));
    const { u8, dv, pos } = segments.target;
    const keyAt = pos + HEADER_BYTES;
    const keyEnd = writeKeyBytes(id, u8, dv, keyAt);
    if (keyEnd - keyAt > MAX_KEY_BYTES) throw keyTooLong(cell, keyEnd - keyAt);
    const end = gone ? keyEnd : encoder.write(value, u8, dv, keyEnd);
    const length = end - pos;
    writeHead(dv, pos, length, keyHash, bucket.number, gone ? GONE : bucket.state.shape, keyEnd - keyAt);
    return { address: segments.commit(length), bytes: paddedLength(length) };
  }

  private aim(id: KeyIdentity): void {
    const most = keyBytesBound(id);
    if (this.probe.u8.length < most) this.probe = cursorOver(new Uint8Array(2 * most));
    this.probeLength = writeKeyBytes(id, this.probe.u8, this.probe.dv, 0);
  }
}

/** The hash of tables, whose order is that of its high bits: key groups are made of the low ones. */
export function spread(keyHash: number): number {
  return Math.imul(keyHash, 0x9e3779b1) >>> 0;
}

/** May widen the shape. */
function bound({ bucket: { state }, value }: DiskCell): number {
  try {
    return state.encoder.boundOf(value);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('STATE_NOT_SERIALIZABLE', `State "${state.name}" cannot be written: ${why}`, { cause });
  }
}

function keyTooLong({ bucket }: DiskCell, bytes: number): WeftError {
  return new WeftError(
    'STATE_NOT_SERIALIZABLE',
    `State "${bucket.state.name}" cannot be written: a key has ${bytes} bytes, and may have ${MAX_KEY_BYTES} on disk.`,
  );
}
