/** Who owns a checkpoint or savepoint that a job took over: a file in its folder says so. */
import { WeftError, hasCode } from '../common/errors/index.js';
import { fileSystemOf, joinPath, readWholeFile } from '../common/filesystems/index.js';

const CLAIM_NAME = '_claimed';

/** Makes the folder the job's, which may be so already. @throws SAVEPOINT_CLAIMED when it is another job's, FILE_FAILED */
export async function claimFolder(folder: string, jobId: string): Promise<void> {
  const path = joinPath(folder, CLAIM_NAME);
  try {
    await sign(path, jobId);
  } catch (error) {
    if (!hasCode(error, 'FILE_EXISTS')) throw error;
    const owner = (await readWholeFile(path)).toString('utf8').trim();
    if (owner !== jobId) throw claimedBy(folder, owner);
  }
}

async function sign(path: string, jobId: string): Promise<void> {
  const writer = await fileSystemOf(path).create(path, { atomic: true });
  try {
    await writer.write(Buffer.from(jobId, 'utf8'));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

function claimedBy(folder: string, owner: string): WeftError {
  return new WeftError(
    'SAVEPOINT_CLAIMED',
    `${folder} belongs to job ${owner}, which was started from it with claim mode CLAIM and deletes it when it needs it no more.`,
    { subject: folder },
  );
}
