/** From the states of the subtasks of then to what the operators of one subtask of now get. */
import type { TaskRestore } from '../../../common/wire/protocols/checkpoints.js';
import { StateFileReader } from '../../../checkpoint/index.js';
import type { OperatorRestore, RestoredList } from '../../../state/index.js';

/** The subtask of now. */
export interface RestoringSubtask {
  readonly subtask: number;
  readonly parallelism: number;
  /** Its key groups, both ends included. */
  readonly keyGroups: { readonly start: number; readonly end: number };
}

interface Part {
  readonly subtask: number;
  readonly reader: StateFileReader;
}

type RestoredOperator = TaskRestore['operators'][number];

/** @returns by operator id @throws CHECKPOINT_CORRUPT, FILE_FAILED */
export async function operatorRestores(
  { folder, states, operators, reusable }: TaskRestore,
  self: RestoringSubtask,
): Promise<Map<string, OperatorRestore>> {
  const parts: Part[] = await Promise.all(
    states.map(async ({ subtask, state }) => ({ subtask, reader: await StateFileReader.open(folder, state) })),
  );
  const restores = new Map<string, OperatorRestore>();
  for (const operator of operators) {
    const own = parts.filter((_, index) => operator.from.includes(index));
    restores.set(operator.operatorId, await restoreOf(operator, own, self, reusable));
  }
  return restores;
}

async function restoreOf(
  operator: RestoredOperator,
  parts: readonly Part[],
  self: RestoringSubtask,
  reusable: boolean,
): Promise<OperatorRestore> {
  const { start, end } = self.keyGroups;
  const wanted = (group: number): boolean => group >= start && group <= end;
  const keyed = await Promise.all(parts.map(({ reader }) => reader.keyed(operator.operatorId, wanted)));
  const logs = await Promise.all(parts.map(({ reader }) => reader.log(operator.operatorId, reusable)));
  const lists = await Promise.all(
    parts.map(async ({ subtask, reader }) => ({ subtask, lists: await reader.lists(operator.operatorId) })),
  );
  const operatorStates = new Map<string, RestoredList>();
  for (const name of new Set(lists.flatMap((part) => [...part.lists.keys()]))) {
    const ofName = lists.flatMap(({ subtask, lists: byName }) => {
      const list = byName.get(name);
      return list === undefined ? [] : [{ subtask, list }];
    });
    operatorStates.set(name, distribute(ofName, operator.parallelism, self));
  }
  return {
    keyed: keyed.filter((part) => part !== undefined),
    logs: logs.filter((log) => log !== undefined),
    operatorStates,
  };
}

/** The items of a list that are this subtask's. */
function distribute(
  lists: readonly { subtask: number; list: RestoredList }[],
  formerParallelism: number,
  { subtask, parallelism }: RestoringSubtask,
): RestoredList {
  const { mode } = lists[0].list;
  const of = (former: number): readonly Uint8Array[] => lists.find((it) => it.subtask === former)?.list.items ?? [];
  if (mode === 'BROADCAST') return { mode, items: of(subtask % formerParallelism) };
  if (mode === 'SPLIT' && formerParallelism === parallelism) return { mode, items: of(subtask) };
  const all = lists.flatMap(({ list }) => list.items);
  return { mode, items: mode === 'UNION' ? all : all.filter((_, n) => n % parallelism === subtask) };
}
