/**
 * Runs one attempt of a staged job in the slots that the job holds: whatever slot is free gets the next subtask whose producers
 * have ended. Told to `advance` whenever a slot is granted or an execution has ended.
 */
import { subtaskName, type SlotLocation, type SubtaskKey } from '../../graph/execution-graph.js';
import type { JobVertex } from '../../graph/job-graph.js';
import { describeStagedTask, verticesBefore } from '../../graph/stages.js';
import type { Slot } from '../slot-pool.js';
import { attemptOn, SUBMIT_TIMEOUT_MS, type DeploymentOptions } from './deployment.js';
import type { Execution } from './execution.js';

export interface StagedDeploymentOptions extends Omit<DeploymentOptions, 'slots' | 'restoreOf'> {
  /** Those that the job holds now. */
  slots(): readonly Slot[];
}

export class StagedDeployment {
  /** What was deployed last in a slot. */
  private readonly latest = new Map<string, Execution>();

  constructor(private readonly options: StagedDeploymentOptions) {}

  advance(): void {
    const idle = this.options.slots().filter((slot) => this.latest.get(slotName(slot))?.terminal !== false);
    if (idle.length === 0) return;
    for (const execution of this.ready()) {
      const slot = idle.shift();
      if (slot === undefined) return;
      this.latest.set(slotName(slot), execution);
      void this.run(execution, slot);
    }
  }

  /** Executions whose turn has come, in order of vertex and subtask. */
  private ready(): Execution[] {
    const { graph, executions } = this.options;
    const { jobGraph } = graph;
    const ended = new Set(jobGraph.vertices.filter((vertex) => this.hasEnded(vertex)).map(({ id }) => id));
    const open = new Set(
      jobGraph.vertices
        .filter(({ id }) => verticesBefore(jobGraph, id).every((it) => ended.has(it)))
        .map(({ id }) => id),
    );
    return [...executions.values()].filter(({ state, vertexId }) => state === 'SCHEDULED' && open.has(vertexId));
  }

  private hasEnded({ id: vertexId, parallelism }: JobVertex): boolean {
    const { executions } = this.options;
    return Array.from({ length: parallelism }).every(
      (_, subtask) => executions.get(subtaskName({ vertexId, subtask }))?.state === 'FINISHED',
    );
  }

  private async run(execution: Execution, slot: Slot): Promise<void> {
    const { graph, jobGraphHash, submittedMs, attempt, nowMs, taskManager, onBuilt } = this.options;
    const { jobId } = graph.jobGraph;
    const owner = taskManager(slot.resourceId);
    if (owner === undefined) return;
    execution.placeAt(owner, slot.slot);
    execution.become('DEPLOYING', nowMs());
    const part = { slot, taskManager: owner, executions: [execution] };
    const place = { jobId, slot: slot.slot, region: execution.region };
    await attemptOn(this.options, part, async () => {
      const own = { ...slot, data: owner.registration.data };
      const task = describeStagedTask(graph, execution, own, (producer) => this.placeOf(producer));
      const { thread } = await owner.peer.session.call(
        'submitTasks',
        { ...place, jobAttempt: attempt, regionsInSlot: 1, jobGraph: jobGraphHash, tasks: [{ ...task, submittedMs }] },
        { timeoutMs: SUBMIT_TIMEOUT_MS },
      );
      execution.thread = thread;
      onBuilt([execution]);
      if (execution.terminal || execution.state === 'CANCELING') return;
      await owner.peer.session.call('startTasks', place);
    });
  }

  private placeOf(key: SubtaskKey): SlotLocation | undefined {
    const place = this.options.executions.get(subtaskName(key))?.place;
    const owner = place === undefined ? undefined : this.options.taskManager(place.resourceId);
    return place === undefined || owner === undefined
      ? undefined
      : { resourceId: place.resourceId, slot: place.slot, data: owner.registration.data };
  }
}

function slotName({ resourceId, slot }: Slot): string {
  return `${resourceId} ${slot}`;
}
