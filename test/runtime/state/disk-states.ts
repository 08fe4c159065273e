/** Operators whose keyed state is on disk, in a folder of the test, and their checkpoints in memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { diskStore, type StateMemory } from '../../../runtime/state/disk/index.js';
import {
  OperatorStates,
  type KeyGroupPortion,
  type KeySpace,
  type OperatorRestore,
  type OperatorSnapshot,
  type RestoredList,
  type SharedFile,
} from '../../../runtime/state/index.js';

export const ALL_GROUPS: KeySpace = { maxParallelism: 128, keyGroups: { start: 0, end: 127 } };

/** Bytes that are booked as managed memory would. */
export class TestMemory implements StateMemory {
  usedBytes = 0;

  readonly heapBytes = Infinity;

  constructor(readonly budgetBytes: number) {}

  reserve(bytes: number): boolean {
    if (this.usedBytes + bytes > this.budgetBytes) return false;
    this.usedBytes += bytes;
    return true;
  }

  unreserve(bytes: number): void {
    this.usedBytes -= bytes;
  }

  release(): void {
    this.usedBytes = 0;
  }

  tooLittle(bytes: number): never {
    throw new Error(`needs ${bytes}`);
  }
}

/** Makes operators; their folders go with the test. */
export class DiskOperators {
  readonly folder = mkdtempSync(join(tmpdir(), 'weft-disk-'));
  private made = 0;

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  make(budgetBytes = 1024 * 1024, keySpace = ALL_GROUPS, segmentBytes = 64 * 1024): OperatorStates {
    const options = {
      folder: join(this.folder, `store-${this.made++}`),
      memory: new TestMemory(budgetBytes),
      segmentBytes,
    };
    return new OperatorStates(
      { operatorId: 'a'.repeat(32), operatorName: 'kept' },
      keySpace,
      systemClock,
      diskStore(options),
    );
  }
}

/** Where checkpoints share files. */
export class SharedFiles {
  readonly files = new Map<string, Uint8Array>();
  storedBytes = 0;
  private names = 0;

  async take(snapshot: OperatorSnapshot | undefined, reusable = true): Promise<OperatorRestore> {
    const portions: KeyGroupPortion[] = [];
    const operatorStates = new Map<string, RestoredList>();
    let description: Uint8Array | undefined;
    const logs: NonNullable<OperatorRestore['logs']>[number][] = [];
    await snapshot?.writeTo({
      keyGroup: (group, bytes) => void portions.push({ group, bytes }),
      keyedFormat: (bytes) => {
        description = bytes;
      },
      operatorState: (name, mode, items) => void operatorStates.set(name, { mode, items }),
      shared: {
        store: (bytes) => this.store(bytes),
        log: (text, files, tail) => {
          this.storedBytes += tail.length;
          const read = (n: number): Promise<Uint8Array> => Promise.resolve(this.contentOf(files[n]));
          logs.push({ description: text, files, tail, reusable, read });
        },
      },
    });
    return {
      keyed: description === undefined ? [] : [{ description, portions: () => portions }],
      logs,
      operatorStates,
    };
  }

  private async store(bytes: AsyncIterable<Uint8Array>): Promise<SharedFile> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    const path = `file-${this.names++}`;
    this.files.set(path, content);
    this.storedBytes += content.length;
    return { path, sizeBytes: content.length, crc32: crc32(content) };
  }

  private contentOf({ path, crc32: expected }: SharedFile): Uint8Array {
    const content = this.files.get(path) ?? new Uint8Array(0);
    if (crc32(content) !== expected) throw new Error(`${path} is not what was stored`);
    return content;
  }
}

/** What a state has, by key. */
export function contentOf(
  operator: OperatorStates,
  name: string,
  namespace: string | number = '',
): Map<unknown, unknown> {
  const cells = [...(operator.keyed().table(name).existing(namespace)?.entries() ?? [])];
  const content = new Map(cells.map(({ key, value }) => [key, value]));
  if (content.size !== cells.length) throw new Error('a key came twice');
  return content;
}
