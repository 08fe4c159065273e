import { restoreEntries } from './disk/restore-entries.js';
import { restoreKeyed } from './keyed-restore.js';
import type { KeySpace } from './keyed-state-backend.js';
import type { Namespace } from './section-format.js';
import type { OperatorRestore } from './snapshot.js';

/** @param bytes of key and value where they were written */
export type TakeEntry = (
  state: string,
  kind: string,
  namespace: Namespace,
  key: unknown,
  value: unknown,
  bytes: number,
) => void;

/** Goes through keyed state that was written, of whatever store. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export async function readKeyedEntries(
  { keyed, logs = [] }: Pick<OperatorRestore, 'keyed' | 'logs'>,
  keySpace: KeySpace,
  take: TakeEntry,
): Promise<void> {
  await restoreEntries(logs, keySpace, { restoreEntry: take });
  for (const part of keyed) await restoreKeyed({ keySpace, restoreEntry: take }, part);
}
