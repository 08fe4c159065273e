/** Brings one attempt of a job into its slots: every slot builds its tasks, and when all have, all start. */
import type { Logger } from '../../common/log/logger.js';
import type { TaskRestore } from '../../common/wire/protocols/checkpoints.js';
import { describeTasks, subtaskName, type ExecutionGraph, type SubtaskKey } from '../../graph/execution-graph.js';
import type { Slot } from '../slot-pool.js';
import type { TaskManager } from '../task-managers.js';
import type { Execution } from './execution.js';

/** Building tasks includes fetching and loading the artifact, so it may take far longer than an ordinary answer. */
export const SUBMIT_TIMEOUT_MS = 300_000;

export interface DeploymentOptions {
  readonly graph: ExecutionGraph;
  readonly jobGraphHash: string;
  readonly attempt: number;
  /** Where `graph.slots[n]` lies. */
  readonly slots: readonly Slot[];
  readonly executions: ReadonlyMap<string, Execution>;
  readonly log: Logger;
  /** What a subtask starts from; undefined = without state. */
  restoreOf(key: SubtaskKey): TaskRestore | undefined;
  /** Whether checkpoints go on when inputs have ended. */
  readonly finalCheckpoint: boolean;
  taskManager(resourceId: string): TaskManager | undefined;
  nowMs(): number;
  /** A slot could not build or start its tasks. */
  onFailed(executions: readonly Execution[], error: unknown): void;
  /** The executions of a slot are built. */
  onBuilt(executions: readonly Execution[]): void;
}

export interface DeployedPart {
  readonly slot: Slot;
  readonly taskManager: TaskManager;
  readonly executions: Execution[];
}

/** Resolves when every slot has been told to start, or one of them failed (and was reported). */
export async function deploy(options: DeploymentOptions): Promise<void> {
  const { graph, jobGraphHash, attempt, executions } = options;
  const { jobId } = graph.jobGraph;
  const parts = partsOf(options);
  const tasks = describeTasks(
    graph,
    parts.map(({ slot, taskManager }) => ({ ...slot, data: taskManager.registration.data })),
    (key) => {
      const restore = options.restoreOf(key);
      const { executionId } = executionOf(executions, key);
      const { finalCheckpoint } = options;
      return { executionId, attempt, finalCheckpoint, ...(restore === undefined ? {} : { restore }) };
    },
  );
  for (const { slot, taskManager, executions: members } of parts) {
    for (const execution of members) {
      execution.placeAt(taskManager, slot.slot);
      execution.become('DEPLOYING', options.nowMs());
    }
  }
  const built = await Promise.all(
    parts.map((part, n) =>
      attemptOn(options, part, async () => {
        const { thread } = await part.taskManager.peer.session.call(
          'submitTasks',
          { jobId, jobAttempt: attempt, slot: part.slot.slot, jobGraph: jobGraphHash, tasks: tasks[n] ?? [] },
          { timeoutMs: SUBMIT_TIMEOUT_MS },
        );
        for (const execution of part.executions) execution.thread = thread;
        options.onBuilt(part.executions);
      }),
    ),
  );
  if (built.includes(false) || parts.some(({ executions: members }) => members.some(isOver))) return;
  await Promise.all(
    parts.map((part) =>
      attemptOn(options, part, async () => {
        await part.taskManager.peer.session.call('startTasks', { jobId, slot: part.slot.slot });
      }),
    ),
  );
}

/** Another path (a cancel, a lost TaskManager) has already decided over this execution. */
function isOver(execution: Execution): boolean {
  return execution.state === 'CANCELING' || execution.state === 'CANCELED' || execution.state === 'FAILED';
}

function partsOf(options: DeploymentOptions): DeployedPart[] {
  const { graph, slots, executions } = options;
  return graph.slots.map((planned, n) => {
    const slot = slots[n];
    const owner = slot === undefined ? undefined : options.taskManager(slot.resourceId);
    if (slot === undefined || owner === undefined) throw new Error(`Slot ${n} of the job is not there.`);
    return {
      slot,
      taskManager: owner,
      executions: planned.subtasks.map((key) => executionOf(executions, key)),
    };
  });
}

function executionOf(executions: ReadonlyMap<string, Execution>, key: SubtaskKey): Execution {
  const execution = executions.get(subtaskName(key));
  if (execution === undefined) throw new Error(`There is no execution of ${subtaskName(key)}.`);
  return execution;
}

/** Does something with a slot. What goes wrong is reported. @returns whether nothing did */
export async function attemptOn(
  options: Pick<DeploymentOptions, 'log' | 'onFailed'>,
  part: DeployedPart,
  action: () => Promise<void>,
): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    options.log.debug({ err: error, ...part.slot }, 'a slot could not take its tasks');
    options.onFailed(part.executions, error);
    return false;
  }
}
