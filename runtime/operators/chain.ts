/** Makes the code of one chain: from its last operators back to its head, each from its own copy of its template. */
import { instantiate } from '../common/code-template.js';
import type { RichFunction, RuntimeContext } from '../functions/index.js';
import type { OperatorSpec } from '../graph/operator-spec.js';
import type { StreamNode } from '../graph/stream-graph.js';
import { descriptionOf } from '../functions/types/index.js';
import { makeCopier, shapeOfType } from '../serde/index.js';
import type { OperatorRestore, OperatorSnapshot, OperatorStates } from '../state/index.js';
import { WatermarkValve, type TimeTaker } from '../time/index.js';
import { outputCheck } from './output-check.js';
import type { AsyncWait } from './async-wait.js';
import type { Backlog } from './backlog.js';
import type { CommittingSink } from './committing-sink.js';
import { joinCheckpoints } from './checkpointed-function.js';
import { copyingHandOver, discard, fork, leaveChain } from './hand-over.js';
import { OperatorContext, type StackMapper } from './operator-context.js';
import { operatorCode } from './operator-code.js';
import { timeFork } from './operator-time.js';
import { RecordCounts, type OperatorRecords } from './record-counts.js';
import type { RecordSink } from './sink.js';
import type { Next, TaskContext } from './task-context.js';
import { twoInputCode } from './two-input-code.js';

export interface ChainOptions {
  task: TaskContext;
  /** Head first, in topological order. A node has at most one producer in the chain. */
  nodes: readonly StreamNode[];
  edges: readonly { source: number; target: number; outputTag?: string }[];
  objectReuse: boolean;
  /** Whether the records of a key come in a row, followed by `endKey`. @default false */
  grouped?: boolean;
  /** For each node whose records leave the chain, who takes them. */
  outputs: ReadonlyMap<number, readonly Next[]>;
  /** As `outputs`, for the side outputs of a node by the tag's id. */
  sideOutputs?: ReadonlyMap<number, ReadonlyMap<string, readonly Next[]>>;
  /** For each node whose records leave the chain, on any output, who takes its watermarks. */
  timeOutputs?: ReadonlyMap<number, readonly TimeTaker[]>;
  /** What an operator keeps for checkpoints. */
  statesOf: (node: StreamNode) => OperatorStates;
  /** The built-in sinks. */
  makeSink: (spec: Extract<OperatorSpec, { type: 'sink' }>['sink'], operator: OperatorContext) => RecordSink;
  mapStack: StackMapper;
  /** Records get the time at which they enter the job. @default false */
  ingestionTime?: boolean;
  /** Told once per field that a copy between operators cannot keep as it is. */
  onFallback?: (operator: string, path: string, reason: string) => void;
  /** A sink that was waiting can take records again, or failed. */
  onSettled: () => void;
}

/** What an operator's code shares with the chain round it. */
export interface ChainParts {
  readonly objectReuse: boolean;
  readonly makeSink: ChainOptions['makeSink'];
  readonly onSettled: () => void;
  readonly sinks: { sink: Omit<RecordSink, 'write'>; operator: OperatorContext }[];
  readonly backlogs: Backlog[];
  readonly asyncWaits: AsyncWait[];
  readonly committing: { sink: CommittingSink; operator: OperatorContext }[];
  /** What to do when the records of a key have ended; undefined unless they come in a row. */
  readonly keyEnds: (() => void)[] | undefined;
  /** Whether sources take the time at which a record enters the job for its event time. */
  readonly ingestionTime: boolean;
}

interface OwnedFunction {
  fn: RichFunction;
  operator: OperatorContext;
}

export class Chain {
  /** Takes a record of the head's input; for a source, a record that it emits. */
  readonly head: Next;
  /** What takes the records of each of the head's inputs. */
  readonly inputs: readonly Next[];
  /** What takes the watermarks of each of the head's inputs; for a source, those that it makes. */
  readonly inputTimes: readonly TimeTaker[];
  /** The head itself, for a source's own failures. */
  readonly headOperator: OperatorContext;
  /** Head first. */
  private readonly operators: OperatorContext[] = [];
  private readonly functions: OwnedFunction[] = [];
  private readonly parts: ChainParts;
  private readonly counts: RecordCounts;
  private opened = false;

  constructor(private readonly options: ChainOptions) {
    const { task, nodes, mapStack, objectReuse, makeSink, onSettled, ingestionTime = false } = options;
    this.parts = {
      objectReuse,
      makeSink,
      onSettled,
      ingestionTime,
      sinks: [],
      backlogs: [],
      asyncWaits: [],
      committing: [],
      keyEnds: options.grouped === true ? [] : undefined,
    };
    this.counts = new RecordCounts(options.grouped === true);
    const code = new Map<number, Next>();
    let inputs: Next[] = [];
    const times = new Map<number, TimeTaker>();
    for (const node of nodes.toReversed()) {
      const timeOut = timeOutOf(node, times, options);
      const states = options.statesOf(node);
      const perKey = options.grouped === true && node === nodes[0];
      const operator = new OperatorContext(task, node.name, node.declaredAt, mapStack, states, timeOut, perKey);
      this.operators.unshift(operator);
      const taker = this.counts.counted(node, undefined, this.nextOf(node, undefined, code, operator), operator);
      const next = outputCheck(node, taker, operator);
      const uncopied = soleTaker(node, code, operator, options);
      operator.sideOutputs = this.sideOutputsOf(node, code, operator);
      // An operator with two inputs reads over edges that are never chained: it is the head.
      inputs = twoInputCode(node.operator, next, operator, objectReuse) ?? [
        operatorCode(node.operator, next, operator, this.parts, uncopied),
      ];
      code.set(node.id, inputs[0]);
      times.set(node.id, operator.time);
      for (const fn of functionsOf(node.operator)) this.functions.unshift({ fn, operator });
    }
    this.inputs = inputs;
    this.head = inputs[0];
    this.headOperator = this.operators[0];
    this.inputTimes = inputs.length === 1 ? [this.headOperator.time] : combined(inputs.length, this.headOperator.time);
  }

  /** What each operator has taken and emitted, head first. @param headRecords what the head has taken */
  records(headRecords: number): OperatorRecords[] {
    const { nodes, edges } = this.options;
    return this.counts.list(nodes, edges, headRecords);
  }

  /** What waits in the chain: sinks that write a record, answers that are due. */
  get backlogs(): readonly Backlog[] {
    return this.parts.backlogs;
  }

  /** Whether a snapshot now would have every record that was taken. */
  get complete(): boolean {
    for (const backlog of this.parts.backlogs) if (backlog.unsaved) return false;
    return true;
  }

  /** Resolves when nothing is waiting any longer; failures are in the task's context. */
  async allSettled(): Promise<void> {
    // First those at the front of the chain: what they let go fills those behind.
    do for (const backlog of this.backlogs.toReversed()) await backlog.idle();
    while (this.backlogs.some(({ busy }) => busy));
  }

  /** Before a snapshot: sinks hand over what is to be committed with it; the chain is not `complete` until they have. */
  prepareSnapshot(checkpointId: number, endOfInput: boolean): void {
    for (const { sink } of this.parts.committing) sink.prepare(checkpointId, endOfInput);
  }

  /** Nothing follows, and all has settled: sinks hand over what is left. */
  async endInput(): Promise<void> {
    for (const { sink, operator } of this.parts.committing) await guarded(operator, () => sink.endInput());
  }

  /** Whether sinks wait for a checkpoint that makes what they wrote certain. */
  get uncommitted(): boolean {
    return this.parts.committing.some(({ sink }) => sink.uncommitted);
  }

  /** Commits what sinks have handed over, without a checkpoint. */
  async commit(): Promise<void> {
    for (const { sink, operator } of this.parts.committing) await guarded(operator, () => sink.commitAll());
  }

  /**
   * The state of all operators at this moment. Nothing is written yet, and little is copied: near 0 ms.
   * @throws what a function's `snapshotState` throws
   */
  snapshot(checkpointId: number): OperatorSnapshot[] {
    return this.operators.flatMap((operator) => {
      try {
        return operator.states.snapshot(checkpointId) ?? [];
      } catch (error) {
        throw operator.failed(error);
      }
    });
  }

  /**
   * Gives the operators their state back; before `open`.
   * @param byOperator by operator id; of those that are missing it begins empty
   * @throws STATE_…
   */
  async restore(byOperator: ReadonlyMap<string, OperatorRestore>): Promise<void> {
    for (const operator of this.operators) {
      const restore = byOperator.get(operator.states.identity.operatorId);
      if (restore !== undefined) await guarded(operator, () => operator.states.restore(restore));
    }
  }

  /** Everything of the checkpoint is safe. */
  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    for (const operator of this.operators) {
      await guarded(operator, () => operator.states.notifyCheckpointComplete(checkpointId));
    }
  }

  async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    for (const operator of this.operators) {
      await guarded(operator, () => operator.states.notifyCheckpointAborted(checkpointId));
    }
  }

  /** Opens functions and sinks, the last of the chain first, so that everyone finds its consumers open. */
  async open(contextOf: (operator: OperatorContext) => RuntimeContext): Promise<void> {
    this.opened = true;
    for (const { sink, operator } of this.parts.sinks) await guarded(operator, () => sink.open?.());
    for (const { fn, operator } of this.functions.toReversed()) {
      await guarded(operator, () => {
        fn.setRuntimeContext?.(contextOf(operator));
        joinCheckpoints(fn, operator);
        return fn.open?.();
      });
    }
    for (const wait of this.parts.asyncWaits) wait.resume();
  }

  /** No further record of the key at hand comes: what its operators still hold for it leaves. */
  endKey(): void {
    this.headOperator.eventTime.endKey();
    for (const end of this.parts.keyEnds ?? []) end();
    this.headOperator.states.endKey();
  }

  /** Emits results that async operators have got meanwhile. */
  pump(hasRoom: () => boolean): void {
    let emitted = false;
    // First those at the end of the chain, which make room.
    for (const wait of this.parts.asyncWaits) emitted = wait.pump(hasRoom) || emitted;
    if (emitted) this.flush();
  }

  /** The turn of the slot thread ends: what sinks have gathered leaves. */
  flush(): void {
    for (const { sink, operator } of this.parts.sinks) {
      try {
        sink.flush?.();
      } catch (error) {
        throw operator.failed(error);
      }
    }
  }

  /** Closes everything that was opened, whatever fails on the way. @throws the first failure */
  async close(): Promise<void> {
    if (!this.opened) return;
    this.opened = false;
    for (const backlog of this.parts.backlogs) backlog.discard();
    const failures: unknown[] = [];
    const attempt = async (operator: OperatorContext, action: () => unknown): Promise<void> => {
      await guarded(operator, action).catch((error: unknown) => failures.push(error));
    };
    for (const { fn, operator } of this.functions) await attempt(operator, () => fn.close?.());
    for (const { sink, operator } of this.parts.sinks) await attempt(operator, () => sink.close?.());
    for (const operator of this.operators) await attempt(operator, () => operator.states.close());
    if (failures.length > 0) throw failures[0];
  }

  /** The takers of each side output of a node that somebody reads. */
  private sideOutputsOf(
    node: StreamNode,
    code: ReadonlyMap<number, Next>,
    operator: OperatorContext,
  ): Map<string, Next> {
    const { edges, sideOutputs } = this.options;
    const chained = edges.flatMap(({ source, outputTag }) => (source === node.id ? (outputTag ?? []) : []));
    const tags = new Set([...chained, ...(sideOutputs?.get(node.id)?.keys() ?? [])]);
    return new Map(
      [...tags].map((tag) => [tag, this.counts.counted(node, tag, this.nextOf(node, tag, code, operator), operator)]),
    );
  }

  /**
   * All that takes the records of a node: its consumers in the chain, and its ways out.
   * @param tag of a side output; undefined for the main output
   */
  private nextOf(
    node: Pick<StreamNode, 'id' | 'outputType'>,
    tag: string | undefined,
    code: ReadonlyMap<number, Next>,
    operator: OperatorContext,
  ): Next {
    const { options } = this;
    const takers: Next[] = [];
    const report = (path: string, reason: string): void => options.onFallback?.(operator.name, path, reason);
    const declared = descriptionOf(tag === undefined ? node.outputType : undefined);
    const shape = declared === undefined ? undefined : shapeOfType(declared);
    for (const edge of options.edges) {
      if (edge.source !== node.id || edge.outputTag !== tag) continue;
      const target = code.get(edge.target) as Next;
      const asItIs = options.objectReuse || handsOn(edge.target, options);
      takers.push(asItIs ? target : instantiate(copyingHandOver)(makeCopier(report, shape), target));
    }
    const leaving = tag === undefined ? options.outputs.get(node.id) : options.sideOutputs?.get(node.id)?.get(tag);
    for (const emit of leaving ?? []) takers.push(instantiate(leaveChain)(emit, operator));
    const last = takers.pop() ?? instantiate(discard)();
    return takers.reduceRight((rest, taker) => instantiate(fork)(taker, rest), last);
  }
}

/** Whether the operator only looks at its records: whoever takes them from it gets the copies. */
function handsOn(id: number, { nodes }: ChainOptions): boolean {
  return nodes.find((node) => node.id === id)?.operator.type === 'watermarks';
}

/** Those who take an operator's watermarks: its consumers in the chain, and its ways out. */
function timeOutOf({ id }: StreamNode, times: ReadonlyMap<number, TimeTaker>, options: ChainOptions): TimeTaker {
  const chained = options.edges.filter(({ source }) => source === id).map(({ target }) => target);
  // An operator may be reached over several edges; it gets each watermark once.
  const takers = [...new Set(chained)].map((target) => times.get(target) as TimeTaker);
  return timeFork([...takers, ...(options.timeOutputs?.get(id) ?? [])]);
}

/** Several inputs of one operator: it has come as far as the one that is furthest behind. */
function combined(count: number, time: TimeTaker): TimeTaker[] {
  const valve = new WatermarkValve(count, time);
  return Array.from({ length: count }, (_, input) => ({
    onWatermark: (watermarkMs) => valve.onWatermark(input, watermarkMs),
    onIdle: (idle) => valve.onIdle(input, idle),
  }));
}

/** The operator that alone takes a node's records and gets copies of them; undefined if there is none. */
function soleTaker(
  node: StreamNode,
  code: ReadonlyMap<number, Next>,
  operator: OperatorContext,
  options: ChainOptions,
): Next | undefined {
  const { id } = node;
  const { edges, outputs, objectReuse } = options;
  const takers = edges.filter(({ source, outputTag }) => source === id && outputTag === undefined);
  if (objectReuse || takers.length !== 1 || (outputs.get(id) ?? []).length > 0) return undefined;
  return outputCheck(node, code.get(takers[0].target) as Next, operator);
}

/** The user's functions of an operator, which have a life cycle. */
function functionsOf(spec: OperatorSpec): RichFunction[] {
  switch (spec.type) {
    case 'source':
      return spec.source.kind === 'function' ? [spec.source.fn] : [];
    case 'sink':
      if (spec.sink.kind === 'committing') return spec.sink.fn === undefined ? [] : [spec.sink.fn];
      return spec.sink.kind === 'function' ? [spec.sink.fn] : [];
    case 'window': {
      const { contents, process } = spec;
      const own = contents.kind === 'reduce' || contents.kind === 'aggregate' ? [contents.fn] : [];
      return process === undefined ? own : [...own, process.lifecycle];
    }
    case 'windowJoin':
      return [spec.group.fn];
    default:
      return 'fn' in spec ? [spec.fn] : [];
  }
}

async function guarded(operator: OperatorContext, action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw operator.failed(error);
  }
}
