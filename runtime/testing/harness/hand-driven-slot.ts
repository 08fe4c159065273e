/** The tasks of a job in one slot that has no thread: they work when the test says so, and until nothing is left to do. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../common/clock.js';
import { systemClock } from '../../common/clock.js';
import { WeftError, fromWireError } from '../../common/errors/index.js';
import { newExecutionId } from '../../common/ids.js';
import { silentLogger } from '../../common/log/logger.js';
import { FeedbackQueues } from '../../connectors/index.js';
import {
  createSlotNetwork,
  createTaskManagerNetwork,
  type Doorbell,
  type TaskManagerNetwork,
} from '../../exchange/index.js';
import { describeTasks, expand } from '../../graph/execution-graph.js';
import type { StreamGraph } from '../../graph/stream-graph.js';
import { buildTask } from '../../taskmanager/slot/build-task.js';
import { SlotMemory } from '../../taskmanager/slot/slot-memory.js';
import type { SlotTask } from '../../taskmanager/slot/slot-task.js';
import { jobGraphOf } from '../described-job.js';
import { keepInMemory, type HarnessSnapshot } from './kept-state.js';
import { OneBufferNetwork } from './one-buffer-network.js';

const RESOURCE_ID = 'harness';
/** Every channel ends in the slot and holds references, so that there is little to put into segments. */
const SEGMENT_BYTES = 32 * 1024;
const SEGMENTS = 8;
const MANAGED_BYTES = 64 * 1024 * 1024;
/** A full output has room at the second look; an operator that does not look by then never does. */
const ROUNDS_WHILE_FULL = 4;

export interface SlotOptions {
  clock: Clock;
  /** What the operators begin with. */
  restore: HarnessSnapshot | undefined;
  /** Outputs are full every other time. */
  oneBuffer: boolean;
}

export class HandDrivenSlot {
  private readonly network: TaskManagerNetwork;
  private readonly oneBuffer: OneBufferNetwork | undefined;
  private readonly doorbell: Doorbell;
  private readonly tasks: readonly SlotTask[];
  private failure: WeftError | undefined;
  private snapshots = 0;

  /** @throws API_BAD_ARGUMENT when the job needs more than a slot */
  constructor(streamGraph: StreamGraph, { clock, oneBuffer, restore }: SlotOptions) {
    this.network = createTaskManagerNetwork({
      ...{ resourceId: RESOURCE_ID, slots: 1, segmentBytes: SEGMENT_BYTES, networkBytes: SEGMENTS * SEGMENT_BYTES },
      auth: { token: '', check: () => undefined },
      ...{ clock: systemClock, log: silentLogger() },
    });
    const jobGraph = jobGraphOf(streamGraph);
    const executionGraph = expand(jobGraph);
    if (jobGraph.vertices.some(({ parallelism }) => parallelism > 1)) {
      throw new WeftError('API_BAD_ARGUMENT', 'A harness runs one subtask of each operator: set no parallelism.');
    }
    const place = { resourceId: RESOURCE_ID, slot: 0, data: { host: '', port: 0 } };
    const places = executionGraph.slots.map(() => place);
    const identify = (): { executionId: string; attempt: number } => ({ executionId: newExecutionId(), attempt: 0 });
    const tasks = describeTasks(executionGraph, places, identify).flat();
    const edges = jobGraph.edges.map(({ id, pattern }) => ({
      ...{ id, pattern, sourceParallelism: 1, targetParallelism: 1 },
    }));
    const inner = createSlotNetwork(
      this.network.prepareSlot({ jobId: jobGraph.jobId, attempt: 0, slot: 0, tasks, edges }),
    );
    this.doorbell = inner.doorbell;
    this.oneBuffer = oneBuffer ? new OneBufferNetwork(inner) : undefined;
    const program = {
      ...{ jobGraph, streamGraph, clock, folder: '', network: this.oneBuffer ?? inner },
      ...(restore === undefined ? {} : { restored: restore.byOperator }),
      memory: new SlotMemory(
        {
          managedBytes: MANAGED_BYTES,
          plan: 'a harness',
          spillFolder: join(tmpdir(), `weft-harness-${newExecutionId()}`),
        },
        jobGraph,
        jobGraph.vertices.map(({ id }) => id),
      ),
      feedback: new FeedbackQueues(),
      onResults: () => undefined,
      linkOf: () => ({ send: () => undefined, listen: () => undefined }),
      random: () => 0,
      mapStack: (error: Error) => error.stack,
      report: ({ error }: Parameters<Parameters<typeof buildTask>[0]['report']>[0]) => {
        if (error !== undefined) this.failure ??= fromWireError(error);
      },
      reportCheckpoint: () => undefined,
      warn: () => undefined,
    };
    this.tasks = tasks.map((descriptor) => buildTask(program, descriptor));
  }

  /** See `OneBufferNetwork`; 0 unless outputs hold one record. */
  get peakRecords(): number {
    return this.oneBuffer?.peakRecords ?? 0;
  }

  /** Opens the functions. @throws what an `open` threw */
  async start(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.start()));
    this.work();
  }

  /** The state of all operators, once everything that they got has been taken. */
  async snapshot(): Promise<HarnessSnapshot> {
    this.work();
    const checkpointId = ++this.snapshots;
    const states = this.tasks.map((task) => task.stateNow(checkpointId));
    await this.workUntil(() => {
      for (const [n, task] of this.tasks.entries()) states[n] ??= task.stateNow(checkpointId);
      return !states.includes(undefined);
    });
    return keepInMemory(
      checkpointId,
      states.flatMap((state) => state ?? []),
    );
  }

  /** Tells the tasks that a snapshot is safe; resolves when they have acted on it. @throws the first failure of a task */
  async complete({ checkpointId }: HarnessSnapshot): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.checkpointEnded({ checkpointId, outcome: 'complete' })));
    this.work();
  }

  /** Lets the tasks work until nothing is left to do now. @throws the first failure of a task */
  work(): void {
    // As the loop of a slot thread: it sleeps when no task worked and nobody has rung since it looked.
    let idleRounds = 0;
    while (idleRounds < (this.oneBuffer?.full === true ? ROUNDS_WHILE_FULL : 1) && this.failure === undefined) {
      const seen = this.doorbell.value;
      let worked = false;
      for (const task of this.tasks) worked = task.slice() || worked;
      idleRounds = worked || this.doorbell.value !== seen ? 0 : idleRounds + 1;
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Lets the tasks work, and what they wait for happen, until the condition holds. @throws the first failure of a task */
  async workUntil(condition: () => boolean): Promise<void> {
    this.work();
    while (!condition()) {
      await setImmediate();
      this.work();
    }
  }

  /** Lets the tasks work until all are over; their inputs must end. @throws the first failure of a task */
  async finish(): Promise<void> {
    while (this.failure === undefined && !this.tasks.every(({ over }) => over)) {
      for (const task of this.tasks) task.slice();
      await setImmediate();
    }
    await this.release();
    if (this.failure !== undefined) throw this.failure;
  }

  /** Ends the tasks as they stand. */
  cancel(): Promise<void> {
    return this.release();
  }

  private async release(): Promise<void> {
    await Promise.all(this.tasks.map((task) => task.cancel()));
    await this.network.close();
  }
}
