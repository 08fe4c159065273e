/** What a checkpoint or savepoint holds, operator by operator, read without a job. */
import {
  decodeListItem,
  describedStates,
  readKeyedEntries,
  type DistributionMode,
  type KeyedRestore,
  type LogRestore,
  type Namespace,
  type RestoredList,
  type StateOfThen,
} from '../state/index.js';
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

/** What one operator kept, by its description alone. */
export interface DescribedOperator {
  readonly operatorId: string;
  /** One for each subtask that had some of it; timers and contents of windows too. */
  readonly keyed: readonly StateOfThen[];
  readonly lists: readonly {
    readonly name: string;
    readonly mode: DistributionMode;
    readonly items: readonly unknown[];
  }[];
}

/** Reads no entry of keyed state. @throws CHECKPOINT_CORRUPT, STATE_CORRUPT, STATE_FORMAT_UNKNOWN, FILE_FAILED */
export async function describedOperators(folder: string, { tasks }: CheckpointMetadata): Promise<DescribedOperator[]> {
  const described: DescribedOperator[] = [];
  for (const { operators, subtasks, maxParallelism } of tasks) {
    const readers = await Promise.all(
      subtasks.flatMap(({ state }) => (state === undefined ? [] : [StateFileReader.open(folder, state)])),
    );
    for (const { operatorId } of operators) {
      const parts = await Promise.all(readers.map((reader) => partOf(reader, operatorId)));
      described.push({
        operatorId,
        keyed: parts.flatMap((part) => describedStates(part, maxParallelism)),
        lists: parts.flatMap(({ lists }) =>
          [...lists].map(([name, { mode, items }]) => ({ name, mode, items: items.map(decodeListItem) })),
        ),
      });
    }
  }
  return described;
}

interface OperatorPart {
  readonly keyed: readonly KeyedRestore[];
  readonly logs: readonly LogRestore[];
  readonly lists: ReadonlyMap<string, RestoredList>;
}

/** What one subtask of then kept of an operator. */
async function partOf(reader: StateFileReader, operatorId: string): Promise<OperatorPart> {
  const keyed = await reader.keyed(operatorId, () => true);
  const log = await reader.log(operatorId, false);
  return {
    keyed: keyed === undefined ? [] : [keyed],
    logs: log === undefined ? [] : [log],
    lists: await reader.lists(operatorId),
  };
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
    const part = await partOf(reader, operatorId);
    await readKeyedEntries(part, { maxParallelism, keyGroups: { start: 0, end: maxParallelism - 1 } }, this);
    for (const [name, { mode, items }] of part.lists) {
      const seen = this.lists.get(name) ?? { name, mode, items: 0, bytes: 0 };
      seen.items += items.length;
      for (const item of items) seen.bytes += item.length;
      this.lists.set(name, seen);
    }
  }

  restoreType(): void {
    // `describedStatesOf` tells it without reading entries.
  }

  restoreEntry(state: string, kind: string, namespace: Namespace, key: unknown, value: unknown, bytes: number): void {
    const seen = this.keyed.get(state) ?? { name: state, kind, entries: 0, bytes: 0 };
    seen.entries++;
    seen.bytes += bytes;
    this.keyed.set(state, seen);
    this.onEntry(this.operator.operatorId, { state, kind, namespace, key, value });
  }
}
