/** Functions over a stream and a broadcast one: the first input reads the broadcast state, the second one changes it. */
import { instantiate } from '../common/code-template.js';
import type {
  BroadcastState,
  MapStateDescriptor,
  ReadOnlyBroadcastState,
  State,
  StateDescriptor,
} from '../functions/index.js';
import type { OperatorSpec } from '../graph/operator-spec.js';
import { broadcastStateOf, stateOf, type KeyedStateBackend } from '../state/index.js';
import { ElementScope, onTimerOf, type OnTimer } from './element-scope.js';
import { enterKey } from './enter-key.js';
import type { OperatorContext } from './operator-context.js';
import { processElements } from './process.js';
import type { Next } from './task-context.js';

type BroadcastSpec = Extract<OperatorSpec, { type: 'broadcastProcess' }>;
type AnyState = BroadcastState<unknown, unknown>;

/** What takes the records of the stream, and those of the broadcast one. */
export function broadcastProcess(spec: BroadcastSpec, next: Next, operator: OperatorContext): [Next, Next] {
  const { fn, descriptors, stateKey } = spec;
  const keyed = stateKey === undefined ? undefined : operator.states.keyed();
  const known = new Map(descriptors.map((each) => [each.name, each]));
  const find = (descriptor: MapStateDescriptor<unknown, unknown>): AnyState => {
    if (!known.has((descriptor as Partial<typeof descriptor> | undefined)?.name ?? '')) {
      throw operator.unknownBroadcastState(descriptor);
    }
    return broadcastStateOf(operator.states, descriptor);
  };
  // Made before the first record, so that they are part of every checkpoint.
  for (const descriptor of descriptors) broadcastStateOf(operator.states, descriptor);
  const reading = new ReadingScope(find, next, operator, keyed, onTimerOf(fn));
  const writing = new WritingScope(find, next, operator, keyed);
  const [first, second] = [instantiate(processElements), instantiate(processElements)];
  const element = first(
    { processElement: (v, context, out) => fn.processElement(v, context as never, out) },
    reading,
    operator,
  );
  return [
    stateKey === undefined ? element : enterKey(stateKey, element, operator),
    second(
      { processElement: (v, context, out) => fn.processBroadcastElement(v, context as never, out) },
      writing,
      operator,
    ),
  ];
}

class ReadingScope extends ElementScope {
  constructor(
    private readonly find: (descriptor: MapStateDescriptor<unknown, unknown>) => AnyState,
    next: Next,
    private readonly owner: OperatorContext,
    keyed: KeyedStateBackend | undefined,
    onTimer: OnTimer | undefined,
  ) {
    super(next, owner, keyed, onTimer);
  }

  /** What would change it is refused, for those who pass the compiler by. */
  getBroadcastState(descriptor: MapStateDescriptor<unknown, unknown>): ReadOnlyBroadcastState<unknown, unknown> {
    const state = this.find(descriptor);
    const refuse = (): never => {
      throw this.owner.readOnlyState(descriptor.name);
    };
    return { ...state, put: refuse, putAll: refuse, remove: refuse, clear: refuse } as AnyState;
  }
}

class WritingScope extends ElementScope {
  constructor(
    private readonly find: (descriptor: MapStateDescriptor<unknown, unknown>) => AnyState,
    next: Next,
    private readonly owner: OperatorContext,
    private readonly keys: KeyedStateBackend | undefined,
  ) {
    super(next, owner);
  }

  getBroadcastState(descriptor: MapStateDescriptor<unknown, unknown>): AnyState {
    return this.find(descriptor);
  }

  applyToKeyedState<S extends State>(descriptor: StateDescriptor<S>, fn: (key: unknown, state: S) => void): void {
    const { keys } = this;
    if (keys === undefined) throw this.owner.stateWithoutKey();
    const state = stateOf(keys, descriptor);
    for (const key of keys.keysOf(descriptor)) {
      keys.setCurrentKey(key);
      fn(key, state);
    }
    keys.clearCurrentKey();
  }
}
