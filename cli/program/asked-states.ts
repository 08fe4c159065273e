/** Which states the functions of a program ask for when they open, and what they declare of them. */
import { systemClock } from '../../runtime/common/clock.js';
import type {
  FunctionInitializationContext,
  KeyedStateStore,
  ListStateDescriptor,
  MapStateDescriptor,
  OperatorStateStore,
  RichFunction,
  RuntimeContext,
  State,
  StateDescriptor,
} from '../../runtime/functions/index.js';
import { descriptionOf, type TypeDescription } from '../../runtime/functions/types/index.js';
import type { StreamNode } from '../../runtime/graph/stream-graph.js';
import { TaskAccumulators, UserMetrics } from '../../runtime/operators/index.js';
import {
  declaredTypeOf,
  keyedStateStore,
  operatorStateStore,
  OperatorStates,
  tableKind,
} from '../../runtime/state/index.js';

export interface AskedState {
  /** Of keyed state; of a list how it is distributed. */
  readonly kind: string;
  readonly type: TypeDescription | undefined;
}

export interface AskedStates {
  readonly keyed: ReadonlyMap<string, AskedState>;
  readonly lists: ReadonlyMap<string, AskedState>;
  /** Why they are not all known: what the function threw. */
  readonly failure: string | undefined;
}

type Opened = RichFunction & { initializeState?(context: FunctionInitializationContext): void };

/** Opens the function of an operator with a context that only listens, and closes it again. Sources and sinks stay closed. */
export async function askedStates({ operator, name }: StreamNode): Promise<AskedStates> {
  const listener = new Listener(name);
  if (operator.type === 'broadcastProcess') operator.descriptors.forEach((each) => listener.noteBroadcast(each));
  const fn = 'fn' in operator ? (operator.fn as Opened) : undefined;
  let failure: string | undefined;
  try {
    fn?.setRuntimeContext?.(listener.runtimeContext());
    fn?.initializeState?.(listener.initialization());
    await fn?.open?.();
    await fn?.close?.();
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  return { keyed: listener.keyed, lists: listener.lists, failure };
}

class Listener {
  readonly keyed = new Map<string, AskedState>();
  readonly lists = new Map<string, AskedState>();
  private readonly states: OperatorStates;

  constructor(private readonly operatorName: string) {
    this.states = new OperatorStates(
      { operatorId: '', operatorName },
      { maxParallelism: 1, keyGroups: { start: 0, end: 0 } },
      systemClock,
    );
  }

  noteBroadcast({ name, keyType, valueType }: MapStateDescriptor<unknown, unknown>): void {
    const [key, value] = [descriptionOf(keyType), descriptionOf(valueType)];
    this.lists.set(name, { kind: 'BROADCAST', type: key && value && { kind: 'tuple', items: [key, value] } });
  }

  runtimeContext(): RuntimeContext {
    const accumulators = new TaskAccumulators();
    const metrics = new UserMetrics(() => undefined);
    const known = {
      ...this.keyedStore(),
      ...{ jobId: '0'.repeat(32), jobName: '', taskName: this.operatorName, attemptNumber: 0, globalJobParameters: {} },
      ...{ indexOfThisSubtask: 0, numberOfParallelSubtasks: 1, maxNumberOfParallelSubtasks: 128 },
      getMetricGroup: () => metrics.groupOf(this.operatorName),
      addAccumulator: accumulators.add.bind(accumulators),
      getAccumulator: accumulators.get.bind(accumulators),
    };
    return known as unknown as RuntimeContext;
  }

  initialization(): FunctionInitializationContext {
    return {
      isRestored: () => false,
      getOperatorStateStore: () => this.operatorStore(),
      getKeyedStateStore: () => this.keyedStore(),
      getRawState: () => [],
    };
  }

  private keyedStore(): KeyedStateStore {
    const store = keyedStateStore(this.states.keyed());
    const note = (descriptor: StateDescriptor<State>): void => {
      this.keyed.set(descriptor.name, { kind: tableKind(descriptor), type: declaredTypeOf(descriptor) });
    };
    return {
      getState: (descriptor) => (note(descriptor), store.getState(descriptor)),
      getListState: (descriptor) => (note(descriptor), store.getListState(descriptor)),
      getMapState: (descriptor) => (note(descriptor), store.getMapState(descriptor)),
      getReducingState: (descriptor) => (note(descriptor), store.getReducingState(descriptor)),
      getAggregatingState: (descriptor) => (note(descriptor), store.getAggregatingState(descriptor)),
    };
  }

  private operatorStore(): OperatorStateStore {
    const store = operatorStateStore(this.states);
    const note = (kind: string, { name, elementType }: ListStateDescriptor<never>): void => {
      this.lists.set(name, { kind, type: descriptionOf(elementType) });
    };
    return {
      getListState: (descriptor) => (note('SPLIT', descriptor as never), store.getListState(descriptor)),
      getUnionListState: (descriptor) => (note('UNION', descriptor as never), store.getUnionListState(descriptor)),
      getBroadcastState: (descriptor) => (this.noteBroadcast(descriptor), store.getBroadcastState(descriptor)),
    };
  }
}
