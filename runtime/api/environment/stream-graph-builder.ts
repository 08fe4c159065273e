/** Collects the operators of a program in its order, and makes the StreamGraph of them when it executes. */
import type { StandardSchemaV1 } from '../../functions/index.js';
import type { JobSettings, StreamEdge, StreamGraph, StreamNode } from '../../graph/stream-graph.js';
import { resolveRuntimeMode } from '../../graph/runtime-mode.js';
import { validateStreamGraph } from '../../graph/validate.js';
import { declaredAt } from '../declared-at.js';
import type { StreamInput } from '../streams/stream-context.js';

/** What a method of a stream says about the operator that it adds. */
export interface NewOperator extends Pick<StreamNode, 'pact' | 'operator' | 'chainingStrategy'> {
  /** Flink's default name, without the `Source: ` or `Sink: ` that comes before it. */
  name: string;
  /** Undefined: the environment's. */
  parallelism: number | undefined;
  /** The operator only ever runs with parallelism 1. */
  nonParallel?: boolean;
  /** The operator has this one's parallelism and slot sharing group, so that subtasks of one number share a slot. */
  colocatedWith?: OperatorDraft;
}

/** An operator while its program may still change it; undefined means that the program left it to Weft. */
export interface OperatorDraft extends NewOperator {
  readonly id: number;
  maxParallelism: number | undefined;
  uid: string | undefined;
  slotSharingGroup: string | undefined;
  bufferTimeoutMs: number | undefined;
  outputType?: StandardSchemaV1;
  readonly declaredAt: string | undefined;
  readonly inputs: readonly StreamInput[];
}

const DEFAULT_GROUP = 'default';
const PREFIX = { 'Data Source': 'Source: ', Operator: '', 'Data Sink': 'Sink: ' } as const;

export class StreamGraphBuilder {
  private drafts: OperatorDraft[] = [];
  private lastId = 0;

  /** Takes the next id. Partitionings and unions count too, as in Flink, so that ids equal those of its plans. */
  nextId(): number {
    return ++this.lastId;
  }

  add(inputs: readonly StreamInput[], operator: NewOperator): OperatorDraft {
    const draft: OperatorDraft = {
      ...operator,
      id: this.nextId(),
      maxParallelism: undefined,
      uid: undefined,
      slotSharingGroup: undefined,
      bufferTimeoutMs: undefined,
      declaredAt: declaredAt(),
      inputs,
    };
    this.drafts.push(draft);
    return draft;
  }

  /** What was added so far; the builder is empty afterwards, so that the program can describe a next job. */
  take(): readonly OperatorDraft[] {
    const drafts = this.drafts;
    this.drafts = [];
    return drafts;
  }
}

/**
 * The graph that the operators form. Sources that nothing reads are left out, as Flink does.
 * @throws GRAPH_… when the graph cannot run
 */
export function buildStreamGraph(
  drafts: readonly OperatorDraft[],
  jobName: string,
  settings: JobSettings,
): StreamGraph {
  const read = new Set(drafts.flatMap((draft) => draft.inputs.map((input) => input.draft.id)));
  const kept = drafts.filter((draft) => draft.pact !== 'Data Source' || read.has(draft.id));
  const nodes = new Map<number, StreamNode>();
  for (const draft of kept) nodes.set(draft.id, toNode(draft, nodes, settings));
  const graph = {
    jobName,
    nodes: [...nodes.values()],
    edges: kept.flatMap((draft) => draft.inputs.map((input) => toEdge(input, draft, nodes))),
    settings,
  };
  validateStreamGraph(graph);
  const runtimeMode = resolveRuntimeMode(graph, settings.runtimeMode ?? 'STREAMING');
  return { ...graph, settings: { ...settings, runtimeMode } };
}

function toNode(draft: OperatorDraft, before: ReadonlyMap<number, StreamNode>, settings: JobSettings): StreamNode {
  return {
    id: draft.id,
    name: PREFIX[draft.pact] + draft.name,
    pact: draft.pact,
    operator: draft.operator,
    parallelism: (draft.colocatedWith ?? draft).parallelism ?? settings.parallelism,
    maxParallelism: draft.maxParallelism,
    uid: draft.uid,
    slotSharingGroup: draft.slotSharingGroup ?? inheritedGroup(draft, before),
    chainingStrategy: draft.chainingStrategy,
    bufferTimeoutMs: draft.bufferTimeoutMs,
    ...(draft.outputType === undefined ? {} : { outputType: draft.outputType }),
    declaredAt: draft.declaredAt,
  };
}

/** Flink's rule: the inputs' group if they agree, else the default group. */
function inheritedGroup(draft: OperatorDraft, before: ReadonlyMap<number, StreamNode>): string {
  if (draft.colocatedWith !== undefined) return before.get(draft.colocatedWith.id)?.slotSharingGroup ?? DEFAULT_GROUP;
  const groups = new Set(draft.inputs.map((input) => before.get(input.draft.id)?.slotSharingGroup));
  const [first] = groups;
  return groups.size === 1 && first !== undefined ? first : DEFAULT_GROUP;
}

/** Without a partitioner: one-to-one if the parallelism is the same, else spread evenly. */
function toEdge(input: StreamInput, draft: OperatorDraft, nodes: ReadonlyMap<number, StreamNode>): StreamEdge {
  const same = nodes.get(input.draft.id)?.parallelism === nodes.get(draft.id)?.parallelism;
  return {
    source: input.draft.id,
    target: draft.id,
    partitioner: input.partitioner ?? { kind: same ? 'FORWARD' : 'REBALANCE' },
    inputIndex: input.inputIndex ?? 0,
    ...(input.outputTag === undefined ? {} : { outputTag: input.outputTag }),
  };
}
