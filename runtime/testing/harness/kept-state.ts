/** What a harness keeps of its operators' state, for another one to begin with. */
import type { KeyGroupPortion, OperatorRestore, OperatorSnapshot, RestoredList } from '../../state/index.js';

/** Taken by `snapshot()`; what is in it is the test kit's own business. */
export class HarnessSnapshot {
  constructor(
    readonly checkpointId: number,
    readonly byOperator: ReadonlyMap<string, OperatorRestore>,
  ) {}
}

/** Writes the snapshots into memory. */
export async function keepInMemory(
  checkpointId: number,
  snapshots: readonly OperatorSnapshot[],
): Promise<HarnessSnapshot> {
  const byOperator = new Map<string, OperatorRestore>();
  for (const snapshot of snapshots) byOperator.set(snapshot.operatorId, await written(snapshot));
  return new HarnessSnapshot(checkpointId, byOperator);
}

async function written(snapshot: OperatorSnapshot): Promise<OperatorRestore> {
  const portions: KeyGroupPortion[] = [];
  const operatorStates = new Map<string, RestoredList>();
  const descriptions: Uint8Array[] = [];
  await snapshot.writeTo({
    keyGroup: (group, bytes) => void portions.push({ group, bytes }),
    keyedFormat: (bytes) => void descriptions.push(bytes),
    operatorState: (name, mode, items) => void operatorStates.set(name, { mode, items }),
  });
  snapshot.release();
  return { keyed: descriptions.map((description) => ({ description, portions: () => portions })), operatorStates };
}
