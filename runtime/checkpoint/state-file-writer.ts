import { crc32 } from 'node:zlib';
import { fileSystemOf, joinPath, type FileWriter } from '../common/filesystems/index.js';
import type { DistributionMode, SharedOutput, SnapshotOutput } from '../state/snapshot.js';
import type { SharedFolder } from './shared-folder.js';
import { HEAD, TAIL, TRAILER_BYTES, type OperatorIndex } from './state-file-format.js';
import type { StateLocation, SubtaskState } from '../common/wire/protocols/checkpoints.js';

/** Less is not worth a call to the disk. */
const BATCH_BYTES = 256 * 1024;
/** With so many bytes waiting for the disk, the writer of a snapshot waits too. */
const HIGH_WATER_BYTES = 8 * 1024 * 1024;

export interface StateFileOptions {
  /** Folder of the checkpoint. */
  readonly folder: string;
  /** Name of the file in it, if one is needed. */
  readonly name: string;
  /** Less than this stays in memory and goes into the metadata. */
  readonly inlineThresholdBytes: number;
  /** Where files go that later checkpoints need as well. @default none: each state is whole by itself */
  readonly shared?: SharedFolder | undefined;
}

interface OperatorEntry {
  readonly name: string;
  readonly index: OperatorIndex;
}

/** Takes the snapshots of all operators of a subtask and writes them into one file, beside what the thread does. */
export class StateFileWriter {
  private readonly operators: OperatorEntry[] = [];
  private readonly sharedFiles: NonNullable<SubtaskState['shared']> = [];
  private position = HEAD.length;
  private waiting: Uint8Array[] = [HEAD];
  private waitingBytes = HEAD.length;
  private file: FileWriter | undefined;
  private writing: Promise<void> | undefined;
  private failure: { error: unknown } | undefined;

  constructor(private readonly options: StateFileOptions) {}

  /** Where one operator writes; operators may come in any order, each once. */
  operator(operatorId: string, name: string): SnapshotOutput {
    const index: OperatorIndex = { operatorId, lists: [] };
    this.operators.push({ name, index });
    const portions: number[] = [];
    return {
      keyGroup: (group, bytes) => {
        portions.push(group, ...this.piece(bytes));
        return this.room();
      },
      keyedFormat: (bytes) => {
        index.keyed = { description: this.piece(bytes), portions };
        return this.room();
      },
      operatorState: (list, mode, items) => {
        index.lists.push({ name: list, mode, items: items.flatMap((item) => this.piece(item)) });
        return this.room();
      },
      shared: this.options.shared && this.sharedOutput(index, this.options.shared),
    };
  }

  /** All operators have written. Resolves when the bytes are safe. @throws FILE_FAILED */
  async finish(): Promise<SubtaskState> {
    const stateful = this.operators.filter(
      ({ index: { keyed, log, lists } }) => keyed !== undefined || log !== undefined || lists.length > 0,
    );
    const operators = stateful.map(({ name, index }) => ({
      ...{ operatorId: index.operatorId, name, keyed: index.keyed !== undefined || index.log !== undefined },
      modes: [...new Set<DistributionMode>(index.lists.map(({ mode }) => mode))],
    }));
    if (stateful.length === 0) return { operators, location: { kind: 'none' }, sizeBytes: 0 };
    const index = Buffer.from(JSON.stringify(stateful.map((entry) => entry.index)));
    const trailer = Buffer.alloc(TRAILER_BYTES);
    trailer.writeUInt32LE(index.length, 0);
    trailer.writeUInt32LE(crc32(index), 4);
    TAIL.copy(trailer, 8);
    this.put(index);
    this.put(trailer);
    const location = await this.locate(crc32(index));
    const shared = this.sharedFiles.length === 0 ? {} : { shared: this.sharedFiles };
    return { operators, location, sizeBytes: this.position, ...shared };
  }

  /** The checkpoint is given up. */
  async abort(): Promise<void> {
    this.failure ??= { error: new Error('The checkpoint was given up.') };
    await this.writing;
    await this.file?.abort();
    if (this.file !== undefined) await fileSystemOf(this.path).delete(this.path);
  }

  private get path(): string {
    return joinPath(this.options.folder, this.options.name);
  }

  private sharedOutput(index: OperatorIndex, folder: SharedFolder): SharedOutput {
    let newBytes = 0;
    return {
      store: async (bytes) => {
        const file = await folder.store(bytes);
        newBytes += file.sizeBytes;
        return file;
      },
      log: (description, files, tail) => {
        index.log = { description: this.piece(description), tail: this.piece(tail) };
        this.sharedFiles.push({ operatorId: index.operatorId, files: [...files], newBytes });
        return this.room();
      },
    };
  }

  private piece(bytes: Uint8Array): [number, number, number] {
    const at = this.position;
    this.put(bytes);
    return [at, bytes.length, crc32(bytes)];
  }

  private put(bytes: Uint8Array): void {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    this.position += bytes.length;
  }

  /** Starts what is due, and says when the disk is not behind any longer. */
  private room(): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure.error;
    if (this.position < this.options.inlineThresholdBytes || this.waitingBytes < BATCH_BYTES) return undefined;
    this.writing ??= this.write();
    return this.waitingBytes > HIGH_WATER_BYTES ? this.writing : undefined;
  }

  /**
   * Writes until nothing waits. Each call takes all that has come meanwhile: its end is noticed only when the thread has gone round all
   * its tasks.
   */
  private async write(): Promise<void> {
    try {
      this.file ??= await fileSystemOf(this.path).create(this.path);
      while (this.waitingBytes > 0 && this.failure === undefined) await this.file.write(this.takeWaiting());
    } catch (error) {
      this.failure ??= { error };
    } finally {
      this.writing = undefined;
    }
  }

  private takeWaiting(): Uint8Array {
    const { waiting } = this;
    this.waiting = [];
    this.waitingBytes = 0;
    return waiting.length === 1 ? waiting[0] : Buffer.concat(waiting);
  }

  private async locate(indexCrc32: number): Promise<StateLocation> {
    if (this.position < this.options.inlineThresholdBytes) {
      return { kind: 'inline', data: Buffer.concat(this.waiting).toString('base64') };
    }
    this.writing ??= this.write();
    await this.writing;
    if (this.failure !== undefined) throw this.failure.error;
    await this.file?.sync();
    await this.file?.close();
    return { kind: 'file', name: this.options.name, indexCrc32 };
  }
}
