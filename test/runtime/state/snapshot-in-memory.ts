/** Writes a snapshot into memory and gives it back as what a restored operator gets. */
import type {
  KeyGroupPortion,
  OperatorRestore,
  OperatorSnapshot,
  OperatorStates,
  RestoredList,
} from '../../../runtime/state/index.js';

export function snapshotInMemory(
  states: OperatorStates,
  snapshot: OperatorSnapshot | undefined = states.snapshot(1),
): Promise<OperatorRestore> {
  return restoreOf(snapshot);
}

export async function restoreOf(snapshot: OperatorSnapshot | undefined): Promise<OperatorRestore> {
  const portions: KeyGroupPortion[] = [];
  const operatorStates = new Map<string, RestoredList>();
  let description: Uint8Array | undefined;
  await snapshot?.writeTo({
    keyGroup: (group, bytes) => void portions.push({ group, bytes }),
    keyedFormat: (bytes) => {
      description = bytes;
    },
    operatorState: (name, mode, items) => void operatorStates.set(name, { mode, items }),
  });
  return { keyed: description === undefined ? [] : [{ description, portions: () => portions }], operatorStates };
}
