/** The states of all operators of a savepoint against those that the program's functions ask for. */
import { describedOperators, operatorContents, type CheckpointMetadata } from '../../runtime/checkpoint/index.js';
import type { TypeDescription } from '../../runtime/functions/types/index.js';
import type { StreamNode } from '../../runtime/graph/stream-graph.js';
import { misfitOf } from '../../runtime/state/index.js';
import { askedStates, type AskedStates } from './asked-states.js';
import type { FirstGraphs } from './first-graphs.js';
import { judgeStates, type StateVerdict } from './state-verdict.js';

/** Of one operator. */
export interface StatesVerdict {
  readonly states: readonly StateVerdict[];
  /** Why its states are not known: what its function threw when it opened. */
  readonly failure?: string;
}

/**
 * By operator id, of operators that the program still has. Opens their functions; entries are only read of states that have got a
 * declared type.
 * @throws CHECKPOINT_CORRUPT, STATE_CORRUPT, FILE_FAILED
 */
export async function judgeOperatorStates(
  folder: string,
  metadata: CheckpointMetadata,
  graphs: FirstGraphs,
): Promise<Map<string, StatesVerdict>> {
  const asked = new Map<string, AskedStates>();
  const described = (await describedOperators(folder, metadata)).filter(
    ({ keyed, lists }) => keyed.length + lists.length > 0,
  );
  for (const { operatorId } of described) {
    const node = nodeOf(operatorId, graphs);
    if (node !== undefined) asked.set(operatorId, await askedStates(node));
  }
  const undeclared = described.flatMap(({ operatorId, keyed }) =>
    keyed.flatMap(({ name, type }) => {
      const now = asked.get(operatorId)?.keyed.get(name)?.type;
      return type !== undefined || now === undefined ? [] : [[keyOf(operatorId, name), now] as const];
    }),
  );
  const misfits = await findMisfits(folder, metadata, new Map(undeclared));
  const verdicts = new Map<string, StatesVerdict>();
  for (const operator of described) {
    const { operatorId } = operator;
    const own = asked.get(operatorId);
    if (own === undefined) continue;
    const states = judgeStates(operator, own, (state) => misfits.get(keyOf(operatorId, state)));
    verdicts.set(operatorId, { states, ...(own.failure === undefined ? {} : { failure: own.failure }) });
  }
  return verdicts;
}

function nodeOf(operatorId: string, { jobGraph, streamGraph }: FirstGraphs): StreamNode | undefined {
  const data = jobGraph.streamNodes.find((node) => node.operatorId === operatorId);
  return streamGraph.nodes.find(({ id }) => id === data?.id);
}

/** Of each state the first entry that does not fit its type. */
async function findMisfits(
  folder: string,
  metadata: CheckpointMetadata,
  types: ReadonlyMap<string, TypeDescription>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (types.size === 0) return found;
  await operatorContents(folder, metadata, (operatorId, { state, value }) => {
    const key = keyOf(operatorId, state);
    const type = types.get(key);
    if (type === undefined || found.has(key)) return;
    const why = misfitOf(type, value);
    if (why !== undefined) found.set(key, why);
  });
  return found;
}

function keyOf(operatorId: string, state: string): string {
  return `${operatorId} ${state}`;
}
