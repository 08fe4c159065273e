/**
 * The completed checkpoints of a job, in its folder. The folder itself is the memory: whoever runs the job next finds there
 * what was completed, because `_metadata` is written last and once.
 */
import {
  checkpointFolder,
  checkpointIdsIn,
  readMetadata,
  removeFolder,
  requireFiles,
  sharedFilesOf,
  sharedFolderBeside,
  sharedFolderOf,
  type CheckpointMetadata,
} from '../../checkpoint/index.js';
import { WeftError, asWeftError } from '../../common/errors/index.js';
import { fileSystemOf } from '../../common/filesystems/index.js';
import type { Logger } from '../../common/log/logger.js';

export interface CompletedCheckpoint {
  readonly id: number;
  readonly folder: string;
  readonly metadata: CheckpointMetadata;
}

export class CompletedCheckpoints {
  /** The oldest first. */
  private readonly retained: CompletedCheckpoint[] = [];
  /** Nothing was ever written here. */
  untouched = true;
  /** Whose shared files the job deletes; its own is the first. */
  private readonly ownFolders: string[];
  /** Deletions, one after the other. */
  private deleting: Promise<void> = Promise.resolve();

  /** @param jobFolder of the job's checkpoints; made with the first one */
  constructor(
    readonly jobFolder: string,
    private readonly numRetained: number,
    private readonly log: Logger,
    private readonly onDeleted: (folder: string) => void,
  ) {
    this.ownFolders = [sharedFolderOf(jobFolder)];
  }

  get latest(): CompletedCheckpoint | undefined {
    return this.retained.at(-1);
  }

  get isEmpty(): boolean {
    return this.retained.length === 0;
  }

  /**
   * Finds what a former JobManager completed. What is damaged is named in the log and left out; what never became complete
   * is deleted.
   * @returns the highest number that was used
   * @throws CHECKPOINT_NONE_USABLE when there are checkpoints, and all are damaged
   */
  async recover(): Promise<number> {
    const ids = await checkpointIdsIn(this.jobFolder);
    if (ids.length > 0) this.untouched = false;
    let damaged: WeftError | undefined;
    for (const id of ids) {
      const folder = checkpointFolder(this.jobFolder, id);
      try {
        const { metadata } = await readMetadata(folder);
        await requireFiles(folder, metadata);
        this.retained.push({ id, folder, metadata });
      } catch (error) {
        const failure = asWeftError(error);
        if (failure.code === 'CHECKPOINT_NOT_FOUND') {
          this.delete(folder);
        } else {
          damaged = failure;
          this.log.error({ err: failure, checkpointId: id }, `checkpoint ${id} cannot be used: ${failure.message}`);
        }
      }
    }
    if (this.retained.length === 0 && damaged !== undefined) throw noneUsable(damaged);
    // A damaged one may be mended, and need its files then.
    if (damaged === undefined) await this.sweepShared();
    return ids.at(-1) ?? 0;
  }

  /** Adds one, and deletes those that are too many. */
  add(completed: CompletedCheckpoint): void {
    this.untouched = false;
    this.retained.push(completed);
    this.retained.sort((a, b) => a.id - b.id);
    while (this.retained.length > this.numRetained) this.discard(this.retained.shift());
  }

  /**
   * It turned out to be damaged: the one before it is the latest from now on. Its files stay.
   * @throws CHECKPOINT_NONE_USABLE when there is none before it
   */
  giveUp(checkpointId: number, why: WeftError): void {
    const at = this.retained.findIndex(({ id }) => id === checkpointId);
    if (at < 0) return;
    this.retained.splice(at, 1);
    this.log.error({ err: why, checkpointId }, `checkpoint ${checkpointId} cannot be used: ${why.message}`);
    if (this.retained.length === 0) throw noneUsable(why);
  }

  /** The job owns it from now on, with the files that it shares. */
  claim(checkpoint: CompletedCheckpoint): void {
    this.untouched = false;
    this.ownFolders.push(sharedFolderBeside(checkpoint.folder));
    this.retained.unshift(checkpoint);
  }

  /** In the background; failures are logged. @param files that go as well */
  delete(folder: string, files: readonly string[] = []): void {
    this.onDeleted(folder);
    this.untouched = false;
    this.deleting = this.deleting
      .then(() => removeFolder(folder))
      .then(() => removeFiles(files))
      .catch((error: unknown) => {
        this.log.warn({ err: error, folder }, 'a checkpoint could not be deleted');
      });
  }

  /** Deletes one that is no longer retained, and those of its files that no other needs. */
  private discard(checkpoint: CompletedCheckpoint | undefined): void {
    if (checkpoint === undefined) return;
    const needed = new Set(this.retained.flatMap(({ metadata }) => [...sharedFilesOf(metadata)]));
    const files = [...sharedFilesOf(checkpoint.metadata)].filter(
      (path) => !needed.has(path) && this.ownFolders.some((folder) => path.startsWith(`${folder}/`)),
    );
    this.delete(checkpoint.folder, files);
  }

  /** What tasks wrote for checkpoints that never came to be. */
  private async sweepShared(): Promise<void> {
    const [folder] = this.ownFolders;
    const needed = new Set(this.retained.flatMap(({ metadata }) => [...sharedFilesOf(metadata)]));
    if ((await fileSystemOf(folder).stat(folder)) === undefined) return;
    const found = await fileSystemOf(folder).list(folder);
    await removeFiles(found.map(({ path }) => path).filter((path) => !needed.has(path)));
  }

  /** The job has ended. Resolves when what is not kept is gone. */
  async end(keep: boolean): Promise<void> {
    while (!keep && this.retained.length > 0) this.discard(this.retained.shift());
    await this.deleting;
    if (!keep) {
      await fileSystemOf(this.jobFolder)
        .delete(this.jobFolder, { recursive: true })
        .catch((error: unknown) => {
          this.log.warn({ err: error, folder: this.jobFolder }, 'the checkpoint folder of a job could not be deleted');
        });
    }
  }
}

async function removeFiles(files: readonly string[]): Promise<void> {
  for (const file of files) await fileSystemOf(file).delete(file);
}

function noneUsable(cause: WeftError): WeftError {
  return new WeftError('CHECKPOINT_NONE_USABLE', `No checkpoint of the job can be used: ${cause.message}`, {
    cause,
    ...(cause.subject === undefined ? {} : { subject: cause.subject }),
  });
}
