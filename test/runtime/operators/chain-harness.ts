/** Builds a chain from plain specs and collects what leaves it. */
import { ManualClock, type Clock } from '../../../runtime/common/clock.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import type { StreamNode } from '../../../runtime/graph/stream-graph.js';
import { OperatorStates } from '../../../runtime/state/index.js';
import type { TimeTaker } from '../../../runtime/time/index.js';
import { Chain, TaskContext, type RecordSink } from '../../../runtime/operators/index.js';

export interface HarnessOptions {
  objectReuse?: boolean;
  /** Chained edges; default: one after the other. */
  edges?: { source: number; target: number; outputTag?: string }[];
  /** Nodes whose records leave the chain; default: the last. */
  leaving?: number[];
  sink?: RecordSink;
  ingestionTime?: boolean;
}

export class ChainHarness {
  readonly out: unknown[] = [];
  /** Of what left, in order; NaN where there was none. */
  readonly timestamps: number[] = [];
  /** Watermarks and idleness that left. */
  readonly said: string[] = [];
  readonly warnings: string[] = [];
  readonly task = new TaskContext(new ManualClock(1000), 0, { warn: (text) => void this.warnings.push(text) });
  readonly chain: Chain;
  settledCalls = 0;

  constructor(operators: OperatorSpec[], options: HarnessOptions = {}) {
    const nodes = operators.map((operator, index) => nodeOf(index + 1, operator));
    const last = operators.length;
    const takesOutput = operators.at(-1)?.type !== 'sink';
    const leaving = options.leaving ?? (takesOutput ? [last] : []);
    this.chain = new Chain({
      task: this.task,
      nodes,
      edges: options.edges ?? nodes.slice(1).map(({ id }) => ({ source: id - 1, target: id })),
      objectReuse: options.objectReuse ?? false,
      outputs: new Map(leaving.map((id) => [id, [(record: unknown) => this.take(record)]])),
      timeOutputs: new Map(leaving.map((id) => [id, [this.time()]])),
      ...(options.ingestionTime === undefined ? {} : { ingestionTime: options.ingestionTime }),
      statesOf: (node) => statesOf(node, this.task.clock),
      makeSink: () => options.sink ?? { write: (record) => void this.out.push(record) },
      mapStack: (error) => `mapped: ${error.stack ?? ''}`,
      onSettled: () => {
        this.settledCalls++;
      },
    });
  }

  /** Whether nothing is waiting in the chain. */
  get settled(): boolean {
    return this.chain.backlogs.every(({ busy }) => !busy);
  }

  private take(record: unknown): void {
    this.out.push(record);
    this.timestamps.push(this.task.timestampMs);
  }

  private time(): TimeTaker {
    return {
      onWatermark: (watermarkMs) => void this.said.push(`watermark ${watermarkMs}`),
      onIdle: (idle) => void this.said.push(idle ? 'idle' : 'active'),
    };
  }

  feed(...records: unknown[]): this {
    for (const record of records) this.chain.head(record);
    return this;
  }
}

/** The state of an operator that has all keys. */
export function statesOf({ id, name }: StreamNode, clock: Clock): OperatorStates {
  const identity = { operatorId: id.toString(16).padStart(32, '0'), operatorName: name };
  return new OperatorStates(identity, { maxParallelism: 128, keyGroups: { start: 0, end: 127 } }, clock);
}

export function nodeOf(id: number, operator: OperatorSpec): StreamNode {
  return {
    id,
    name: `${operator.type} ${id}`,
    pact: 'Operator',
    operator,
    parallelism: 1,
    maxParallelism: undefined,
    uid: undefined,
    slotSharingGroup: 'default',
    chainingStrategy: 'ALWAYS',
    bufferTimeoutMs: undefined,
    declaredAt: 'job.ts:7:3',
  };
}

export const source: OperatorSpec = { type: 'source', source: { kind: 'elements', elements: [] } };
export const map = (fn: (value: never) => unknown): OperatorSpec => ({ type: 'map', fn: { map: fn } });
export const filter = (fn: (value: never) => unknown): OperatorSpec => ({
  type: 'filter',
  fn: { filter: fn as never },
});
export const flatMap = (fn: (value: never, out: { collect(record: unknown): void }) => unknown): OperatorSpec => ({
  type: 'flatMap',
  fn: { flatMap: fn as never },
});
export const sink = (fn: (value: never) => unknown): OperatorSpec => ({
  type: 'sink',
  sink: { kind: 'function', fn: { invoke: fn as never } },
});
