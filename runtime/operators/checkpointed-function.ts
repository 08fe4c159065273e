/** Functions of the program that take part in checkpoints. */
import type {
  CheckpointedFunction,
  CheckpointListener,
  FunctionInitializationContext,
  FunctionSnapshotContext,
  KeyedStateStore,
  ListCheckpointed,
  RichFunction,
} from '../functions/index.js';
import { keyedStateStore, operatorStateStore, type OperatorList } from '../state/index.js';
import type { OperatorContext } from './operator-context.js';

type Checkpointed = Partial<CheckpointedFunction & ListCheckpointed<unknown> & CheckpointListener>;

/** Names of lists that no state of a program has. */
const LIST_CHECKPOINTED = '_list_checkpointed_';
const RAW = '_raw_';

/** The keyed state of an operator; on a stream without keys asking for some is refused. */
export function keyedStateOf(operator: OperatorContext): KeyedStateStore {
  const { existingKeyed } = operator.states;
  if (existingKeyed !== undefined) return keyedStateStore(existingKeyed);
  const refuse = (): never => {
    throw operator.stateWithoutKey();
  };
  return {
    getState: refuse,
    getListState: refuse,
    getMapState: refuse,
    getReducingState: refuse,
    getAggregatingState: refuse,
  };
}

/** Before the function opens: gives it what it kept, and asks it at each checkpoint. */
export function joinCheckpoints(fn: RichFunction, operator: OperatorContext): void {
  const given = fn as Checkpointed;
  const { states } = operator;
  if (given.notifyCheckpointComplete !== undefined || given.notifyCheckpointAborted !== undefined) {
    states.takePart({
      notifyCheckpointComplete: (checkpointId) => given.notifyCheckpointComplete?.(checkpointId),
      notifyCheckpointAborted: (checkpointId) => given.notifyCheckpointAborted?.(checkpointId),
    });
  }
  if (given.snapshotState === undefined) return;
  if (given.restoreState !== undefined) joinAsList(given, operator);
  else if (given.initializeState !== undefined) join(given, operator);
}

function joinAsList(fn: Checkpointed, operator: OperatorContext): void {
  const { states, task } = operator;
  const list = states.list(LIST_CHECKPOINTED, 'SPLIT');
  if (states.isRestored) fn.restoreState?.(list.items);
  const take = fn.snapshotState as ListCheckpointed<unknown>['snapshotState'];
  states.takePart({
    snapshotState(checkpointId) {
      list.items = [...take.call(fn, checkpointId, task.clock.nowMs())];
    },
  });
}

function join(fn: Checkpointed, operator: OperatorContext): void {
  const { states } = operator;
  const raw = states.list(RAW, 'SPLIT');
  const context: FunctionInitializationContext = {
    isRestored: () => states.isRestored,
    getOperatorStateStore: () => operatorStateStore(states),
    getKeyedStateStore: () => keyedStateOf(operator),
    getRawState: () => raw.items as Uint8Array[],
  };
  const initialized: unknown = fn.initializeState?.(context);
  requireNoPromise(initialized, operator);
  const take = fn.snapshotState as (context: FunctionSnapshotContext) => unknown;
  states.takePart({
    snapshotState(checkpointId) {
      raw.items = [];
      const taken = take.call(fn, snapshotContext(checkpointId, operator.task.clock.nowMs(), raw));
      requireNoPromise(taken, operator);
    },
  });
}

function snapshotContext(checkpointId: number, timestampMs: number, raw: OperatorList): FunctionSnapshotContext {
  return {
    checkpointId,
    checkpointTimestamp: timestampMs,
    getCheckpointId: () => checkpointId,
    getCheckpointTimestamp: () => timestampMs,
    writeRawState: (bytes) => void raw.items.push(bytes.slice()),
  };
}

function requireNoPromise(result: unknown, operator: OperatorContext): void {
  if (result instanceof Promise) throw operator.returnedPromise();
}
