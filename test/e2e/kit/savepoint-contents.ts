/** What a savepoint holds, readable: whatever run it comes from, the same state gives the same lines. */
import { ManualClock } from '../../../runtime/common/clock.js';
import { readMetadata, StateFileReader, type CheckpointMetadata } from '../../../runtime/checkpoint/index.js';
import type { TimedRecords } from '../../../runtime/operators/join/interval-side.js';
import { decodeTagged } from '../../../runtime/serde/index.js';
import { KeyedStateBackend, type KeyedRestore } from '../../../runtime/state/index.js';
import { restoreKeyed } from '../../../runtime/state/keyed-restore.js';

type Task = CheckpointMetadata['tasks'][number];

/**
 * One line for each entry of keyed state, and for each item of a list.
 * @param aliveFromMs what interval joins keep of older records is left out: they forget it some time later
 */
export async function savepointContents(path: string, aliveFromMs: number): Promise<string[]> {
  const { folder, metadata } = await readMetadata(path);
  const lines: string[] = [];
  for (const task of metadata.tasks) {
    for (const { state } of task.subtasks) {
      if (state === undefined) continue;
      const reader = await StateFileReader.open(folder, state);
      for (const { operatorId, name, uid } of task.operators) {
        const keyed = await reader.keyed(operatorId, () => true);
        if (keyed !== undefined)
          lines.push(...(await entriesOf(keyed, task, aliveFromMs)).map((entry) => `${uid ?? name} ${entry}`));
        for (const [list, { items }] of await reader.lists(operatorId)) {
          lines.push(...items.map((item) => `${uid ?? name} ${list} ${canonical(decodeTagged(item))}`));
        }
      }
    }
  }
  return lines.toSorted();
}

async function entriesOf(keyed: KeyedRestore, { maxParallelism }: Task, aliveFromMs: number): Promise<string[]> {
  const backend = new Entries({ maxParallelism, keyGroups: { start: 0, end: maxParallelism - 1 } }, new ManualClock());
  backend.aliveFromMs = aliveFromMs;
  await restoreKeyed(backend, backend.keySpace, keyed);
  return backend.entries;
}

class Entries extends KeyedStateBackend {
  readonly entries: string[] = [];
  aliveFromMs = -Infinity;

  override restoreEntry(name: string, _kind: string, namespace: unknown, key: unknown, value: unknown): void {
    const alive = name.startsWith('interval-') ? this.aliveOf(value as TimedRecords) : value;
    if (alive !== undefined) this.entries.push([name, namespace, key, alive].map(canonical).join(' '));
  }

  private aliveOf({ times, records }: TimedRecords): unknown[] | undefined {
    const alive = times.flatMap((timeMs, i) => (timeMs < this.aliveFromMs ? [] : [[timeMs, records[i]]]));
    return alive.length === 0 ? undefined : alive;
  }
}

/** In which order records came differs from run to run: in lists, and where windows count it. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).toSorted().join(',')}]`;
  if (value instanceof Map) return canonical([...value]);
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .filter(([field]) => field !== 'order')
    .map(([field, its]) => `${field}:${canonical(its)}`)
    .join(',')}}`;
}
