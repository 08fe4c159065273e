import { restoreEntries } from './disk/restore-entries.js';
import { parseLogDescription } from './disk/log-description.js';
import { describedSections, restoreKeyed } from './keyed-restore.js';
import type { KeySpace } from './keyed-state-backend.js';
import type { EntryTaker } from './keyed-store.js';
import type { OperatorRestore } from './snapshot.js';

/** Goes through keyed state that was written, of whatever store. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export async function readKeyedEntries(
  { keyed, logs = [] }: Pick<OperatorRestore, 'keyed' | 'logs'>,
  keySpace: KeySpace,
  taker: EntryTaker,
): Promise<void> {
  await restoreEntries(logs, keySpace, taker);
  for (const part of keyed) await restoreKeyed(taker, keySpace, part);
}

/** A state as a snapshot describes it. */
export interface StateOfThen {
  readonly name: string;
  readonly kind: string;
  /** What its values were declared to be, as `typeToJson` writes it. */
  readonly type?: unknown;
}

/** The states of what was written, of whatever store, without their entries. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export function describedStates(
  { keyed, logs = [] }: Pick<OperatorRestore, 'keyed' | 'logs'>,
  maxParallelism: number,
): StateOfThen[] {
  return [
    ...logs.flatMap(({ description }) => parseLogDescription(description, maxParallelism).states),
    ...keyed.flatMap(({ description }) => describedSections(description, maxParallelism)),
  ];
}
