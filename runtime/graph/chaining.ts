/**
 * Whether the operators on both sides of an edge become one task: all of Flink's conditions
 * (`StreamingJobGraphGenerator.isChainable`), each with the words that explain it.
 */
import { maxParallelismOf } from './max-parallelism.js';
import type { StreamGraphIndex } from './stream-graph-index.js';
import type { JobSettings, StreamEdge, StreamNode } from './stream-graph.js';

export interface ChainingDecision {
  chained: boolean;
  /** For a chained edge why it may be, else every condition that does not hold. */
  reasons: string[];
}

interface Situation {
  edge: StreamEdge;
  up: StreamNode;
  down: StreamNode;
  inputs: number;
  settings: JobSettings;
}

interface Condition {
  holds(situation: Situation): boolean;
  /** Undefined: too plain to mention when it holds. */
  yes?(situation: Situation): string;
  no(situation: Situation): string;
}

const CONDITIONS: readonly Condition[] = [
  {
    holds: ({ settings }) => settings.chaining,
    no: () => 'operator chaining is disabled for the job',
  },
  {
    holds: ({ edge }) => edge.partitioner.kind === 'FORWARD',
    yes: () => 'the records go one-to-one (FORWARD)',
    no: ({ edge }) => `the records are redistributed (${edge.partitioner.kind})`,
  },
  {
    holds: ({ inputs }) => inputs === 1,
    yes: ({ down }) => `"${down.name}" has no other input`,
    no: ({ down, inputs }) => `"${down.name}" has ${inputs} inputs`,
  },
  {
    holds: ({ up, down }) => up.parallelism === down.parallelism,
    yes: ({ up }) => `both have the parallelism ${up.parallelism}`,
    no: ({ up, down }) => `the parallelism differs (${up.parallelism} and ${down.parallelism})`,
  },
  {
    holds: ({ up, down }) => up.slotSharingGroup === down.slotSharingGroup,
    yes: ({ up }) => `both are in the slot sharing group "${up.slotSharingGroup}"`,
    no: ({ up, down }) => `the slot sharing groups differ ("${up.slotSharingGroup}" and "${down.slotSharingGroup}")`,
  },
  {
    holds: ({ up }) => up.chainingStrategy !== 'NEVER',
    no: ({ up }) => `"${up.name}" is never chained (disableChaining)`,
  },
  {
    holds: ({ down }) => down.chainingStrategy === 'ALWAYS',
    yes: ({ down }) => `"${down.name}" may be chained to the operator before`,
    no: ({ down }) =>
      down.chainingStrategy === 'HEAD'
        ? `"${down.name}" starts a new chain (startNewChain)`
        : `"${down.name}" is never chained (disableChaining)`,
  },
  {
    holds: ({ up, down, settings }) =>
      settings.chainDifferentMaxParallelism !== false ||
      maxParallelismOf(up, settings) === maxParallelismOf(down, settings),
    no: ({ up, down, settings }) =>
      `the maximum parallelism differs (${maxParallelismOf(up, settings)} and ${maxParallelismOf(down, settings)})`,
  },
];

export function decideChaining(edge: StreamEdge, index: StreamGraphIndex): ChainingDecision {
  const situation: Situation = {
    edge,
    up: index.node(edge.source),
    down: index.node(edge.target),
    inputs: index.inputsOf(edge.target).length,
    settings: index.graph.settings,
  };
  const failing = CONDITIONS.filter((condition) => !condition.holds(situation));
  if (failing.length > 0) return { chained: false, reasons: failing.map((condition) => condition.no(situation)) };
  return { chained: true, reasons: CONDITIONS.flatMap((condition) => condition.yes?.(situation) ?? []) };
}
