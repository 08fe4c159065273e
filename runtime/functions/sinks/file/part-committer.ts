import { WeftError } from '../../../common/errors/index.js';
import { fileSystemOf } from '../../../common/filesystems/index.js';
import type { Committer } from '../sink.js';
import type { PartFile } from './part-file.js';

/** Gives finished parts their names. */
export class PartCommitter implements Committer<PartFile> {
  /** @throws SINK_FILE_FAILED when a part is gone, FILE_FAILED */
  async commit(parts: readonly PartFile[]): Promise<void> {
    for (const { from, to } of parts) {
      const files = fileSystemOf(from);
      if ((await files.stat(from)) !== undefined) {
        await files.rename(from, to);
      } else if ((await files.stat(to)) === undefined) {
        throw new WeftError('SINK_FILE_FAILED', `The finished part ${from} is gone, and ${to} is not there.`, {
          subject: to,
        });
      }
    }
  }
}
