import { crc32 } from 'node:zlib';
import { hasCode } from '../common/errors/index.js';
import { fileSystemOf, joinPath } from '../common/filesystems/index.js';
import { requireFit } from '../common/wire/index.js';
import type { KeyedRestore, KeyGroupPortion, LogRestore, RestoredList } from '../state/snapshot.js';
import { corrupt } from './metadata.js';
import { readShared } from './shared-folder.js';
import {
  HEAD,
  PIECE_NUMBERS,
  StateIndexSchema,
  TAIL,
  TRAILER_BYTES,
  type OperatorIndex,
  type StateIndex,
} from './state-file-format.js';
import type { SubtaskState } from '../common/wire/protocols/checkpoints.js';

/** Bytes that are fetched at once. */
const READ_BYTES = 1024 * 1024;

/** Bytes of a file or of memory, from an offset on. */
type Fetch = (from: number, length: number) => Promise<Uint8Array>;

/** Reads the state of one subtask of a checkpoint; every piece is checked before it is given out. */
export class StateFileReader {
  private constructor(
    /** For messages. */
    private readonly path: string,
    private readonly index: StateIndex,
    private readonly shared: NonNullable<SubtaskState['shared']>,
    private readonly fetch: Fetch,
  ) {}

  /** @throws CHECKPOINT_CORRUPT, FILE_FAILED */
  static async open(folder: string, { location, sizeBytes, shared = [] }: SubtaskState): Promise<StateFileReader> {
    if (location.kind === 'none') return new StateFileReader(folder, [], [], () => Promise.resolve(new Uint8Array(0)));
    const path = location.kind === 'file' ? joinPath(folder, location.name) : joinPath(folder, '_metadata');
    const fetch = location.kind === 'file' ? fromFile(path) : fromBytes(Buffer.from(location.data, 'base64'), path);
    const index = await readIndex(path, sizeBytes, fetch, location.kind === 'file' ? location.indexCrc32 : undefined);
    return new StateFileReader(path, index, shared, fetch);
  }

  /** @param wanted whether a key group is needed @throws CHECKPOINT_CORRUPT */
  async keyed(operatorId: string, wanted: (group: number) => boolean): Promise<KeyedRestore | undefined> {
    const keyed = this.operator(operatorId)?.keyed;
    if (keyed === undefined) return undefined;
    const description = await this.whole(keyed.description);
    return { description, portions: () => this.portions(keyed.portions, wanted) };
  }

  /**
   * The log of an operator, if its keyed state is one.
   * @param reusable whether checkpoints to come may need its files as well
   * @throws CHECKPOINT_CORRUPT
   */
  async log(operatorId: string, reusable: boolean): Promise<LogRestore | undefined> {
    const log = this.operator(operatorId)?.log;
    if (log === undefined) return undefined;
    const files = this.shared.find((entry) => entry.operatorId === operatorId)?.files ?? [];
    const [description, tail] = await Promise.all([this.whole(log.description), this.whole(log.tail)]);
    return { description, tail, files, reusable, read: (n) => readShared(files[n]) };
  }

  /** The lists of an operator, by name. @throws CHECKPOINT_CORRUPT */
  async lists(operatorId: string): Promise<Map<string, RestoredList>> {
    const found = new Map<string, RestoredList>();
    for (const { name, mode, items } of this.operator(operatorId)?.lists ?? []) {
      found.set(name, { mode, items: await this.items(items) });
    }
    return found;
  }

  listNames(operatorId: string): string[] {
    return this.operator(operatorId)?.lists.map(({ name }) => name) ?? [];
  }

  /** The items of one list. @returns undefined when there is no such list @throws CHECKPOINT_CORRUPT */
  async list(operatorId: string, name: string): Promise<Uint8Array[] | undefined> {
    const list = this.operator(operatorId)?.lists.find((it) => it.name === name);
    return list === undefined ? undefined : await this.items(list.items);
  }

  private async items(pieces: readonly number[]): Promise<Uint8Array[]> {
    const items: Uint8Array[] = [];
    for (let i = 0; i < pieces.length; i += PIECE_NUMBERS) {
      items.push(this.checked(await this.fetch(pieces[i], pieces[i + 1]), pieces[i], pieces[i + 2]));
    }
    return items;
  }

  private async whole([at, length, checksum]: readonly number[]): Promise<Uint8Array> {
    return this.checked(await this.fetch(at, length), at, checksum);
  }

  private operator(operatorId: string): OperatorIndex | undefined {
    return this.index.find((entry) => entry.operatorId === operatorId);
  }

  /** Neighbours are fetched together. */
  private async *portions(
    numbers: readonly number[],
    wanted: (group: number) => boolean,
  ): AsyncGenerator<KeyGroupPortion> {
    let [from, bytes] = [0, new Uint8Array(0)];
    for (let i = 0; i < numbers.length; i += 1 + PIECE_NUMBERS) {
      const [group, at, length, checksum] = numbers.slice(i, i + 1 + PIECE_NUMBERS);
      if (!wanted(group)) continue;
      if (at < from || at + length > from + bytes.length) {
        from = at;
        bytes = (await this.fetch(from, endOfRun(numbers, i, wanted) - from)) as Uint8Array<ArrayBuffer>;
      }
      yield { group, bytes: this.checked(bytes.subarray(at - from, at - from + length), at, checksum) };
    }
  }

  private checked(bytes: Uint8Array, at: number, checksum: number): Uint8Array {
    if (crc32(bytes) !== checksum) throw corrupt(this.path, `the checksum at byte ${at} does not match`);
    return bytes;
  }
}

/** Where the pieces end that are worth one read, from the piece at `start` on. */
function endOfRun(numbers: readonly number[], start: number, wanted: (group: number) => boolean): number {
  const from = numbers[start + 1];
  let end = from + numbers[start + 2];
  for (let i = start + 1 + PIECE_NUMBERS; i < numbers.length; i += 1 + PIECE_NUMBERS) {
    const next = numbers[i + 1] + numbers[i + 2];
    if (!wanted(numbers[i]) || numbers[i + 1] < end || next - from > READ_BYTES) break;
    end = next;
  }
  return end;
}

/** @param checksum of the index as the metadata knows it, if the file is apart from it */
async function readIndex(
  path: string,
  sizeBytes: number,
  fetch: Fetch,
  checksum: number | undefined,
): Promise<StateIndex> {
  const trailer = Buffer.from(await fetch(sizeBytes - TRAILER_BYTES, TRAILER_BYTES));
  if (!trailer.subarray(8).equals(TAIL)) throw corrupt(path, 'it does not end as a state file does');
  const length = trailer.readUInt32LE(0);
  const at = sizeBytes - TRAILER_BYTES - length;
  if (at < HEAD.length) throw corrupt(path, 'its index does not fit into it');
  const bytes = Buffer.from(await fetch(at, length));
  const found = crc32(bytes);
  if (found !== trailer.readUInt32LE(4)) throw corrupt(path, 'the checksum of its index does not match');
  if (checksum !== undefined && found !== checksum) throw corrupt(path, 'it belongs to another checkpoint');
  const index: unknown = JSON.parse(bytes.toString('utf8'));
  requireFit(StateIndexSchema, index, 'CHECKPOINT_CORRUPT', path);
  return index as StateIndex;
}

function fromBytes(bytes: Buffer, path: string): Fetch {
  return (from, length) => {
    if (from < 0 || from + length > bytes.length) return Promise.reject(corrupt(path, 'a state in it is cut'));
    return Promise.resolve(bytes.subarray(from, from + length));
  };
}

function fromFile(path: string): Fetch {
  return async (from, length) => {
    if (from < 0) throw corrupt(path, 'it is too short');
    const reader = await fileSystemOf(path)
      .open(path, { fromBytes: from, toBytes: from + length })
      .catch((cause: unknown) => {
        throw hasCode(cause, 'FILE_NOT_FOUND') ? corrupt(path, 'it is missing', cause) : cause;
      });
    try {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const chunk = await reader.read(length - filled);
        if (chunk === undefined) throw corrupt(path, `it ends at byte ${from + filled}`);
        bytes.set(chunk, filled);
        filled += chunk.length;
      }
      return bytes;
    } finally {
      await reader.close();
    }
  };
}
