/**
 * Brings executions of a job that have been scheduled into its slots: every thread of a region builds its tasks, and when all
 * have, all start. What other regions do there goes on meanwhile.
 */
import type { Logger } from '../../common/log/logger.js';
import type { TaskRestore } from '../../common/wire/protocols/checkpoints.js';
import type { TaskDescriptor } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import { groupBy } from '../../graph/describe/group-by.js';
import { describeTasks, subtaskName, type ExecutionGraph, type SubtaskKey } from '../../graph/execution-graph.js';
import type { Slot } from '../slot-pool.js';
import type { TaskManager } from '../task-managers.js';
import type { Execution } from './execution.js';

/** Building tasks includes fetching and loading the artifact, so it may take far longer than an ordinary answer. */
export const SUBMIT_TIMEOUT_MS = 300_000;

export interface DeploymentOptions {
  readonly graph: ExecutionGraph;
  readonly jobGraphHash: string;
  /** Greater than that of all that was deployed before. */
  readonly attempt: number;
  /** Where `graph.slots[n]` lies. */
  readonly slots: readonly Slot[];
  /** Of all subtasks; those that are SCHEDULED are deployed. */
  readonly executions: ReadonlyMap<string, Execution>;
  readonly log: Logger;
  /** What a subtask starts from; undefined = without state. */
  restoreOf(key: SubtaskKey): TaskRestore | undefined;
  /** Whether checkpoints go on when inputs have ended. */
  readonly finalCheckpoint: boolean;
  /** When the job was submitted. */
  readonly submittedMs: number;
  taskManager(resourceId: string): TaskManager | undefined;
  nowMs(): number;
  /** A slot could not build or start its tasks. */
  onFailed(executions: readonly Execution[], error: unknown): void;
  /** The executions of a slot are built. */
  onBuilt(executions: readonly Execution[]): void;
}

/** What one thread runs: the executions of one region in one slot. */
export interface DeployedPart {
  readonly slot: Slot;
  readonly taskManager: TaskManager;
  readonly executions: Execution[];
}

interface DescribedPart extends DeployedPart {
  readonly region: number;
  readonly regionsInSlot: number;
  readonly tasks: TaskDescriptor[];
}

/** Resolves when every thread has been told to start, or one of its region failed (and was reported). */
export async function deploy(options: DeploymentOptions): Promise<void> {
  const regions = groupBy(partsOf(options), ({ region }) => region);
  await Promise.all([...regions.values()].map((parts) => deployRegion(options, parts)));
}

async function deployRegion(options: DeploymentOptions, parts: readonly DescribedPart[]): Promise<void> {
  const { graph, jobGraphHash, attempt } = options;
  const { jobId } = graph.jobGraph;
  for (const { slot, taskManager, executions: members } of parts) {
    for (const execution of members) {
      execution.placeAt(taskManager, slot.slot);
      execution.become('DEPLOYING', options.nowMs());
    }
  }
  const built = await Promise.all(
    parts.map((part) =>
      attemptOn(options, part, async () => {
        const { slot, region, regionsInSlot, tasks } = part;
        const { thread } = await part.taskManager.peer.session.call(
          'submitTasks',
          { jobId, jobAttempt: attempt, slot: slot.slot, region, regionsInSlot, jobGraph: jobGraphHash, tasks },
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
        const { slot, region, taskManager } = part;
        await taskManager.peer.session.call('startTasks', { jobId, slot: slot.slot, region });
      }),
    ),
  );
}

/** Another path (a cancel, a lost TaskManager) has already decided over this execution. */
function isOver(execution: Execution): boolean {
  return execution.state === 'CANCELING' || execution.state === 'CANCELED' || execution.state === 'FAILED';
}

function partsOf(options: DeploymentOptions): DescribedPart[] {
  const { graph, slots, finalCheckpoint, submittedMs } = options;
  const places = graph.slots.map((_, n) => {
    const slot = slots[n];
    const owner = slot === undefined ? undefined : options.taskManager(slot.resourceId);
    if (slot === undefined || owner === undefined) throw new Error(`Slot ${n} of the job is not there.`);
    return { slot, taskManager: owner };
  });
  const described = describeTasks(
    graph,
    places.map(({ slot, taskManager }) => ({ ...slot, data: taskManager.registration.data })),
    (key) => {
      const { executionId, attempt, state } = executionOf(options, key);
      const restore = state === 'SCHEDULED' ? options.restoreOf(key) : undefined;
      return { executionId, attempt, finalCheckpoint, submittedMs, ...(restore === undefined ? {} : { restore }) };
    },
  );
  return described.flatMap((tasks, n) => {
    const regions = groupBy(tasks, (task) => executionOf(options, task).region);
    return [...regions]
      .map(([region, its]) => ({ region, tasks: its, executions: its.map((task) => executionOf(options, task)) }))
      .filter(({ executions }) => executions.every(({ state }) => state === 'SCHEDULED'))
      .map((part) => ({ ...part, ...places[n], regionsInSlot: regions.size }));
  });
}

function executionOf({ executions }: DeploymentOptions, key: SubtaskKey): Execution {
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
