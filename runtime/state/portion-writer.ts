/**
 * Sorts the entries of a snapshot by key group and makes bytes of them. A portion is a row of blocks; a block is a header
 * and entries that have section, namespace and shapes in common:
 *
 *   u16 section · u16 key shape · u16 value shape · u16 length of the namespace · its bytes (tagged) · u32 entries · u32 bytes
 *   per entry: u32 length · key · u32 length · value
 *
 * All numbers are little-endian; shapes are versions from 1, as the description lists them.
 */
import { encodeTagged, keyGroupOf } from '../serde/index.js';
import { WeftError } from '../common/errors/index.js';
import type { DeclaredType } from './declared-type.js';
import type { KeyGroupPortion } from './snapshot.js';
import type { Namespace, Section } from './section-format.js';

/**
 * A portion is handed on when it is so long. Long ones of all key groups would be written only after the walk; each takes some 30
 * bytes of the index.
 */
const PORTION_BYTES = 16 * 1024;
const BLOCK_HEADER = 16;

export class PortionWriter {
  /** Portions that are full. */
  readonly ready: KeyGroupPortion[] = [];
  /** The first failure: nothing that follows is written. */
  failure: WeftError | undefined;
  private readonly groups = new Map<number, GroupBuffer>();

  private section: Section | undefined;
  /** Of the section. */
  private type: DeclaredType | undefined;

  /**
   * @param owned the key groups of the subtask, both ends included
   * @param declared what values have to be, by the section's name
   */
  constructor(
    private readonly maxParallelism: number,
    private readonly owned: { start: number; end: number },
    private readonly declared: ReadonlyMap<string, DeclaredType> = new Map(),
  ) {}

  /** Never throws: who changes an entry must not fail because a snapshot does. */
  write(section: Section, namespace: Namespace, key: unknown, value: unknown): void {
    if (this.failure !== undefined) return;
    try {
      const group = keyGroupOf(key, this.maxParallelism);
      if (group < this.owned.start || group > this.owned.end) throw strayKey(key, group, this.owned);
      if (section !== this.section) {
        this.section = section;
        this.type = this.declared.get(section.name);
      }
      this.type?.require(value);
      let buffer = this.groups.get(group);
      if (buffer === undefined) {
        buffer = new GroupBuffer();
        this.groups.set(group, buffer);
      }
      buffer.write(section, namespace, key, value);
      if (buffer.length >= PORTION_BYTES) this.ready.push({ group, bytes: buffer.take() });
    } catch (cause) {
      this.failure = notSerializable(section, cause);
    }
  }

  /** What is left becomes portions too. */
  finish(): void {
    for (const [group, buffer] of this.groups) if (buffer.length > 0) this.ready.push({ group, bytes: buffer.take() });
    this.groups.clear();
  }
}

class GroupBuffer {
  length = 0;
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  /** Where the open block begins; -1 = none is open. */
  private blockAt = -1;
  private entriesAt = 0;
  private count = 0;
  private section: Section | undefined;
  private namespace: Namespace = '';
  private keyVersion = 0;
  private valueVersion = 0;

  write(section: Section, namespace: Namespace, key: unknown, value: unknown): void {
    const { keyEncoder, valueEncoder } = section;
    const bound = 8 + keyEncoder.boundOf(key) + valueEncoder.boundOf(value);
    section.noteShapes();
    if (
      this.blockAt < 0 ||
      section !== this.section ||
      namespace !== this.namespace ||
      keyEncoder.version !== this.keyVersion ||
      valueEncoder.version !== this.valueVersion
    ) {
      this.openBlock(section, namespace);
    }
    this.reserve(bound);
    const { bytes, view } = this;
    const keyAt = this.length + 4;
    const keyEnd = keyEncoder.write(key, bytes, view, keyAt);
    view.setUint32(keyAt - 4, keyEnd - keyAt, true);
    const valueAt = keyEnd + 4;
    const valueEnd = valueEncoder.write(value, bytes, view, valueAt);
    view.setUint32(keyEnd, valueEnd - valueAt, true);
    this.length = valueEnd;
    this.count++;
  }

  take(): Uint8Array {
    this.closeBlock();
    const portion = this.bytes.slice(0, this.length);
    this.length = 0;
    return portion;
  }

  private openBlock(section: Section, namespace: Namespace): void {
    this.closeBlock();
    const name = encodeTagged(namespace);
    this.reserve(BLOCK_HEADER + name.length);
    this.blockAt = this.length;
    this.section = section;
    this.namespace = namespace;
    this.keyVersion = section.keyEncoder.version;
    this.valueVersion = section.valueEncoder.version;
    const { view } = this;
    view.setUint16(this.blockAt, section.index, true);
    view.setUint16(this.blockAt + 2, this.keyVersion, true);
    view.setUint16(this.blockAt + 4, this.valueVersion, true);
    view.setUint16(this.blockAt + 6, name.length, true);
    this.bytes.set(name, this.blockAt + 8);
    this.entriesAt = this.blockAt + BLOCK_HEADER + name.length;
    this.length = this.entriesAt;
    this.count = 0;
  }

  private closeBlock(): void {
    if (this.blockAt < 0) return;
    this.view.setUint32(this.entriesAt - 8, this.count, true);
    this.view.setUint32(this.entriesAt - 4, this.length - this.entriesAt, true);
    this.blockAt = -1;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(2 * this.bytes.length, this.length + count));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }
}

function notSerializable(section: Section, cause: unknown): WeftError {
  if (cause instanceof WeftError && cause.code.startsWith('STATE_')) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WeftError('STATE_NOT_SERIALIZABLE', `State "${section.name}" cannot be written: ${why}`, { cause });
}

export function strayKey(key: unknown, group: number, owned: { start: number; end: number }): WeftError {
  return new WeftError(
    'STATE_KEY_CHANGED',
    `The key ${String(key)} belongs to key group ${group}, but this subtask has the groups ${owned.start} to ${owned.end}.`,
  );
}
