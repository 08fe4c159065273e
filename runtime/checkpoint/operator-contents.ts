/** What a checkpoint or savepoint holds, operator by operator, read without a job. */
import { readKeyedEntries, type DistributionMode, type Namespace } from '../state/index.js';
import type { CheckpointMetadata, TaskStates } from './metadata.js';
import { StateFileReader } from './state-file-reader.js';

export interface KeyedStateContents {
  readonly name: string;
  /** `value`, `list`, `map`, `timers` … */
  readonly kind: string;
  entries: number;
  /** Of keys and values. */
  bytes: number;
}

export interface ListContents {
  readonly name: string;
  readonly mode: DistributionMode;
  items: number;
  bytes: number;
}

export interface OperatorContents {
  readonly operatorId: string;
  readonly uid: string | undefined;
  readonly name: string;
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly keyed: readonly KeyedStateContents[];
  readonly lists: readonly ListContents[];
}

/** An entry of keyed state. */
export interface KeyedEntry {
  readonly state: string;
  readonly kind: string;
  readonly namespace: Namespace;
  readonly key: unknown;
  readonly value: unknown;
}

/**
 * Reads everything once; operators without state come too.
 * @param onEntry sees each entry of keyed state
 * @throws CHECKPOINT_CORRUPT, STATE_CORRUPT, STATE_FORMAT_UNKNOWN, FILE_FAILED
 */
export async function operatorContents(
  folder: string,
  { tasks }: CheckpointMetadata,
  onEntry: (operatorId: string, entry: KeyedEntry) => void = () => undefined,
): Promise<OperatorContents[]> {
  const contents: OperatorContents[] = [];
  for (const task of tasks) {
    const read = task.operators.map((operator) => new OperatorReading(operator, task, onEntry));
    for (const { state } of task.subtasks) {
      if (state === undefined) continue;
      const reader = await StateFileReader.open(folder, state);
      for (const operator of read) await operator.take(reader);
    }
    contents.push(...read.map((operator) => operator.contents));
  }
  return contents;
}

class OperatorReading {
  private readonly keyed = new Map<string, KeyedStateContents>();
  private readonly lists = new Map<string, ListContents>();

  constructor(
    private readonly operator: TaskStates['operators'][number],
    private readonly task: TaskStates,
    private readonly onEntry: (operatorId: string, entry: KeyedEntry) => void,
  ) {}

  get contents(): OperatorContents {
    const { operatorId, uid, name } = this.operator;
    const { parallelism, maxParallelism } = this.task;
    return {
      ...{ operatorId, uid, name, parallelism, maxParallelism },
      keyed: [...this.keyed.values()],
      lists: [...this.lists.values()],
    };
  }

  async take(reader: StateFileReader): Promise<void> {
    const { operatorId } = this.operator;
    const { maxParallelism } = this.task;
    const keyed = await reader.keyed(operatorId, () => true);
    const log = await reader.log(operatorId, false);
    await readKeyedEntries(
      { keyed: keyed === undefined ? [] : [keyed], logs: log === undefined ? [] : [log] },
      { maxParallelism, keyGroups: { start: 0, end: maxParallelism - 1 } },
      (state, kind, namespace, key, value, bytes) => {
        const seen = this.keyed.get(state) ?? { name: state, kind, entries: 0, bytes: 0 };
        seen.entries++;
        seen.bytes += bytes;
        this.keyed.set(state, seen);
        this.onEntry(operatorId, { state, kind, namespace, key, value });
      },
    );
    for (const [name, { mode, items }] of await reader.lists(operatorId)) {
      const seen = this.lists.get(name) ?? { name, mode, items: 0, bytes: 0 };
      seen.items += items.length;
      for (const item of items) seen.bytes += item.length;
      this.lists.set(name, seen);
    }
  }
}
