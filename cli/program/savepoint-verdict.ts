/** What becomes of the state of a savepoint when a program starts from it: operator by operator, by the rules of the JobManager. */
import type { CheckpointMetadata } from '../../runtime/checkpoint/index.js';
import type { JobGraph, JobVertex } from '../../runtime/graph/job-graph.js';

export interface OperatorVerdict {
  /**
   * maps: goes on with its state. rescales: the same, divided among another number of subtasks. new: begins without state. missing:
   * its state would be left behind. does not fit: the job would not start.
   */
  readonly outcome: 'maps' | 'rescales' | 'new' | 'missing' | 'does not fit';
  readonly operatorId: string;
  readonly name: string;
  readonly uid: string | undefined;
  readonly why: string;
  /** What to do about it. */
  readonly mend?: string;
}

type OperatorOfThen = CheckpointMetadata['tasks'][number]['operators'][number] & {
  readonly parallelism: number;
  readonly maxParallelism: number;
  readonly holds: boolean;
  readonly keyed: boolean;
};

type OperatorOfNow = JobGraph['streamNodes'][number];

/** Operators that neither had state nor have some are left out. */
export function judgeSavepoint(metadata: CheckpointMetadata, { streamNodes, vertices }: JobGraph): OperatorVerdict[] {
  const then = operatorsOfThen(metadata);
  const claimed = new Set(then.map(({ operatorId }) => operatorId));
  const fresh = streamNodes.filter(({ operatorId }) => !claimed.has(operatorId));
  const verdicts = then
    .filter(({ holds }) => holds)
    .map((operator) => {
      const now = streamNodes.find(({ operatorId }) => operatorId === operator.operatorId);
      if (now === undefined) return missing(operator, fresh);
      return fitting(
        operator,
        vertices.find(({ nodes }) => nodes.includes(now.id)),
      );
    });
  const begun = fresh.map(({ operatorId, name, uid }) => ({
    ...{ outcome: 'new' as const, operatorId, name, uid, why: 'begins without state' },
  }));
  return [...verdicts, ...begun];
}

function operatorsOfThen({ tasks }: CheckpointMetadata): OperatorOfThen[] {
  return tasks.flatMap(({ operators, parallelism, maxParallelism, subtasks }) =>
    operators.map((operator) => {
      const states = subtasks.flatMap(
        ({ state }) => state?.operators.filter(({ operatorId }) => operatorId === operator.operatorId) ?? [],
      );
      return {
        ...{ ...operator, parallelism, maxParallelism },
        holds: states.length > 0,
        keyed: states.some(({ keyed }) => keyed),
      };
    }),
  );
}

function fitting(operator: OperatorOfThen, vertex: JobVertex | undefined): OperatorVerdict {
  const { operatorId, name, uid, parallelism, maxParallelism, keyed } = operator;
  const known = { operatorId, name, uid };
  if (vertex === undefined) return { ...known, outcome: 'maps', why: 'goes on with its state' };
  if (keyed && vertex.maxParallelism !== maxParallelism) {
    return {
      ...{ ...known, outcome: 'does not fit' },
      why: `its keyed state is in ${maxParallelism} key groups, the program has ${vertex.maxParallelism}`,
      mend: `Set the maximum parallelism of "${name}" to ${maxParallelism}: .setMaxParallelism(${maxParallelism}), or pipeline.max-parallelism.`,
    };
  }
  if (vertex.parallelism === parallelism) return { ...known, outcome: 'maps', why: 'goes on with its state' };
  return { ...known, outcome: 'rescales', why: `from ${parallelism} to ${vertex.parallelism} subtasks` };
}

function missing({ operatorId, name, uid }: OperatorOfThen, fresh: readonly OperatorOfNow[]): OperatorVerdict {
  const successor = fresh.find((node) => node.name === name) ?? fresh.find((node) => node.uid === uid);
  const mend =
    successor === undefined
      ? `Leave the state of "${name}" behind with -n, or put the operator back.`
      : uid === undefined
        ? `Leave the state of "${name}" behind with -n, or undo what changed its place; give it a uid before the next savepoint.`
        : `Give "${successor.name}" the identity that it had: .uid('${uid}'); or leave its state behind with -n.`;
  return {
    ...{ outcome: 'missing', operatorId, name, uid },
    why:
      uid === undefined ? 'had no uid, and its place in the graph is another one' : `no operator has the uid "${uid}"`,
    mend,
  };
}
