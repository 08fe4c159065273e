import type { TaskDescriptor } from '../../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobVertex } from '../../../graph/job-graph.js';
import type { Chain } from '../../../operators/index.js';
import { keyGroupRange } from '../../../serde/index.js';
import { operatorRestores } from './operator-restores.js';

/** Gives a chain the state that its task starts from, if any. @throws CHECKPOINT_CORRUPT, STATE_…, FILE_FAILED */
export async function restoreTask(
  chain: Chain,
  { restore, subtask }: TaskDescriptor,
  { maxParallelism, parallelism }: JobVertex,
): Promise<void> {
  if (restore === undefined) return;
  const keyGroups = keyGroupRange(maxParallelism, parallelism, subtask);
  await chain.restore(await operatorRestores(restore, { subtask, parallelism, keyGroups }));
}
