/** Where the lines of one subtask go: the file, made, replaced or gone on with as the write mode and the checkpoint say. */
import { hasCode, WeftError } from '../../common/errors/index.js';
import { fileSystemOf, joinPath, type FileSystem, type FileWriter } from '../../common/filesystems/index.js';
import type { WriteMode } from '../../functions/index.js';
import type { Share } from '../source-reader.js';

/** A file of the output at a checkpoint. */
export interface FileProgress {
  file: string;
  /** What is in the file for certain. */
  bytes: number;
  /** What follows it, and may be there in part. */
  rest: string;
}

export class TextFileTarget {
  /**
   * With parallelism 1 the path itself, else `<path>/<subtask + 1>`, as Flink's writeAsText lays them out. After a restore that may
   * have changed: what began as a folder stays one, and beside what began as a file others write `<path>.<subtask + 1>`.
   */
  file: string;
  /** Of subtasks that are no more; the first subtask keeps them. */
  readonly others: FileProgress[] = [];
  private readonly files: FileSystem;

  constructor(
    private readonly path: string,
    private readonly share: Share,
  ) {
    this.file = this.fileOf(share.subtask, undefined);
    this.files = fileSystemOf(path);
  }

  /**
   * @param ownSinceMs what was changed since then the job wrote itself, in an earlier attempt
   * @throws SINK_FILE_EXISTS, FILE_FAILED
   */
  async create(mode: WriteMode, ownSinceMs: number): Promise<FileWriter> {
    const single = this.share.parallelism === 1;
    if (mode === 'OVERWRITE') {
      if (await this.files.stat(this.path)) await (single ? this.makeRoomForFile() : this.makeRoomForFolder());
      return this.files.create(this.file, { overwrite: true });
    }
    const found = await this.files.stat(this.path);
    if (found?.isFolder === single) throw this.alreadyThere(this.path);
    return this.createUnlessForeign(ownSinceMs);
  }

  /**
   * The file as it was at the checkpoint; those that no subtask writes any longer are put right too.
   * @param former of all subtasks, whose number may have changed
   * @param mode of a file that was not there then
   * @throws SINK_FILE_EXISTS, FILE_FAILED
   */
  async resume(former: readonly FileProgress[], mode: WriteMode, ownSinceMs: number): Promise<FileWriter> {
    const { subtask, parallelism } = this.share;
    const known = former.filter(({ file }) => this.isOutput(file));
    const began = known.length === 0 ? undefined : known.some(({ file }) => file === this.path) ? 'file' : 'folder';
    const current = Array.from({ length: parallelism }, (_, n) => this.fileOf(n, began));
    this.file = current[subtask];
    const nobodys = known.filter(({ file }) => !current.includes(file));
    for (const progress of subtask === 0 ? nobodys : []) await this.finish(progress);
    const own = known.find(({ file }) => file === this.file);
    if (own !== undefined) {
      // Unless it was taken away since.
      return (await this.continued(own)) ?? this.files.create(this.file, { overwrite: true });
    }
    if (began === undefined) return this.create(mode, ownSinceMs);
    return mode === 'OVERWRITE'
      ? this.files.create(this.file, { overwrite: true })
      : this.createUnlessForeign(ownSinceMs);
  }

  /** @param began what the path was at the beginning of the job, if that is known */
  private fileOf(subtask: number, began: 'file' | 'folder' | undefined): string {
    const single = began === undefined ? this.share.parallelism === 1 : began === 'file';
    if (!single) return joinPath(this.path, String(subtask + 1));
    return subtask === 0 ? this.path : `${this.path}.${subtask + 1}`;
  }

  /** Whether it is a file of this path, which the program may have changed since. */
  private isOutput(file: string): boolean {
    if (file === this.path) return true;
    const separator = file[this.path.length];
    if (!file.startsWith(this.path) || (separator !== '/' && separator !== '.')) return false;
    return isOutputName(file.slice(this.path.length + 1));
  }

  /** Replaces what an earlier attempt of the job wrote. */
  private async createUnlessForeign(ownSinceMs: number): Promise<FileWriter> {
    const before = await this.files.stat(this.file);
    const overwrite = before !== undefined && before.modifiedMs >= ownSinceMs;
    try {
      return await this.files.create(this.file, { overwrite });
    } catch (error) {
      const isThere = hasCode(error, 'FILE_EXISTS') && (await this.files.stat(this.file)) !== undefined;
      throw isThere ? this.alreadyThere(this.file) : error;
    }
  }

  /** Nobody writes the file any longer, unless the parallelism grows again. */
  private async finish(progress: FileProgress): Promise<void> {
    const writer = await this.continued(progress);
    if (writer === undefined) return;
    this.others.push({ file: progress.file, bytes: writer.positionBytes, rest: '' });
    await writer.close();
  }

  private async continued({ file, bytes, rest }: FileProgress): Promise<FileWriter | undefined> {
    if ((await this.files.stat(file)) === undefined) return undefined;
    const writer = await this.files.resume(file, bytes);
    await writer.write(Buffer.from(rest, 'utf8'));
    return writer;
  }

  /** An earlier run with a higher parallelism left a folder; it goes if it holds nothing but such output. */
  private async makeRoomForFile(): Promise<void> {
    if ((await this.files.stat(this.path))?.isFolder !== true) return;
    const foreign = (await this.files.list(this.path)).find(({ name }) => !isOutputName(name));
    if (foreign !== undefined) {
      throw new Error(`it is a folder that also holds "${foreign.name}", and a file is to be written there`);
    }
    await this.files.delete(this.path, { recursive: true });
  }

  /** An earlier run left a file, or files of a higher parallelism, which would look like output of this one. */
  private async makeRoomForFolder(): Promise<void> {
    if ((await this.files.stat(this.path))?.isFolder === false) {
      await this.files.delete(this.path).catch(async (error: unknown) => {
        // Another subtask was faster: the folder is there already.
        if ((await this.files.stat(this.path))?.isFolder === false) throw error;
      });
    }
    await this.files.mkdirs(this.path);
    if (this.share.subtask !== 0) return;
    for (const { name, path } of await this.files.list(this.path)) {
      if (isOutputName(name) && Number(name) > this.share.parallelism) await this.files.delete(path);
    }
  }

  private alreadyThere(path: string): WeftError {
    return new WeftError('SINK_FILE_EXISTS', `The output ${path} is there already, and is not to be overwritten.`, {
      subject: path,
    });
  }
}

/** A subtask's file: its number. */
function isOutputName(name: string): boolean {
  return /^[1-9]\d*$/.test(name);
}
