/** A JobManager on a ManualClock, with TaskManagers that do only what a test tells them to. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore, sha256 } from '../../../runtime/common/blobs/blob-store.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { toWireError } from '../../../runtime/common/errors/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { connectInMemory, type Handlers, type Session } from '../../../runtime/common/wire/index.js';
import {
  taskManagerProtocol,
  type ExecutionState,
  type TaskDescriptor,
  type TaskMetrics,
} from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import type { JobEdge, JobGraph, JobVertex } from '../../../runtime/graph/job-graph.js';
import { JobManager } from '../../../runtime/jobmanager/job-manager.js';
import type { JobMaster } from '../../../runtime/jobmanager/job/job-master.js';
import { noJobStore, type JobStore } from '../../../runtime/jobmanager/job-store.js';
import type { StartEnumerators } from '../../../runtime/jobmanager/sources/enumerator-runner.js';
import type { TaskManagerPeer } from '../../../runtime/jobmanager/task-managers.js';
import type { WorkerProvider } from '../../../runtime/jobmanager/worker-provider.js';

const MB = 1024 * 1024;
export const PROGRAM = Buffer.from('export {};');

/** Lets everything that is ready run: messages in memory take a few turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export class RecordingProvider implements WorkerProvider {
  readonly elastic = true;
  wanted = 0;
  readonly released: string[] = [];
  end: { status: string; diagnostics: string } | undefined;

  want(count: number): void {
    this.wanted = count;
  }

  /** Wants one less, as an AppMaster does. */
  release(resourceId: string): void {
    this.released.push(resourceId);
    this.wanted--;
  }

  finished(status: string, diagnostics: string): void {
    this.end = { status, diagnostics };
  }
}

interface Submitted {
  jobId: string;
  jobAttempt: number;
  slot: number;
  region: number;
  regionsInSlot: number;
  tasks: TaskDescriptor[];
}

/** Answers every order; reports states only when a test says so. */
export class FakeTaskManager {
  readonly submitted: Submitted[] = [];
  readonly started: number[] = [];
  readonly releasedPartitions: string[] = [];
  readonly cancelled: { jobId: string; slots: number[]; regions?: number[] }[] = [];
  shutdown = false;
  /** What `submitTasks` is answered with instead, once. */
  refuseNext: Error | undefined;
  peer!: TaskManagerPeer;
  session!: Session<typeof taskManagerProtocol.client, typeof taskManagerProtocol.server>;

  constructor(
    readonly resourceId: string,
    readonly slots: number,
  ) {}

  handlers(): Handlers<typeof taskManagerProtocol.client> {
    return {
      submitTasks: (params) => {
        const refusal = this.refuseNext;
        this.refuseNext = undefined;
        if (refusal !== undefined) throw refusal;
        this.submitted.push(params);
        return { thread: 10 + params.slot };
      },
      triggerCheckpoint: () => undefined,
      checkpointEnded: () => undefined,
      toReader: () => undefined,
      releasePartitions: ({ jobId }) => {
        this.releasedPartitions.push(jobId);
      },
      collectResults: () => ({ records: [], ended: false }),
      startTasks: ({ slot }) => {
        this.started.push(slot);
        return {};
      },
      cancelTasks: (params) => {
        this.cancelled.push(params);
        return {};
      },
      shutdown: () => {
        this.shutdown = true;
      },
    };
  }

  async register(): Promise<void> {
    await this.session.call('register', {
      resourceId: this.resourceId,
      host: 'localhost',
      data: { host: 'localhost', port: 40_000 + Number(this.resourceId.replace(/\D/g, '') || 0) },
      slots: this.slots,
      memory: {
        processBytes: 1024 * MB,
        networkBytes: 64 * MB,
        managedBytes: 0,
        heapBytes: 512 * MB,
        overheadBytes: 128 * MB,
        segmentBytes: 32 * 1024,
      },
      hardware: { cpuCores: 2, physicalMemoryBytes: 8192 * MB, freeMemoryBytes: 1024 * MB },
      nodeHttpAddress: '',
      pid: 1,
      version: '0',
    });
  }

  heartbeat(metrics: TaskMetrics[] = []): Promise<unknown> {
    return this.session.call('heartbeat', {
      metrics,
      events: [],
      heapUsedBytes: 10 * MB,
      residentBytes: 60 * MB,
      usedNetworkSegments: 3,
      totalNetworkSegments: 2048,
      managedMemory: [],
    });
  }

  /** The tasks of the latest attempt of a job. */
  tasks(jobId: string): TaskDescriptor[] {
    const ofJob = this.submitted.filter((it) => it.jobId === jobId);
    const attempt = Math.max(...ofJob.map(({ jobAttempt }) => jobAttempt));
    return ofJob.filter(({ jobAttempt }) => jobAttempt === attempt).flatMap(({ tasks }) => tasks);
  }

  report(jobId: string, state: ExecutionState, tasks = this.tasks(jobId), error?: Error): void {
    const jobAttempt = Math.max(...this.submitted.filter((it) => it.jobId === jobId).map((it) => it.jobAttempt));
    this.session.notify('taskStates', {
      jobId,
      jobAttempt,
      changes: tasks.map(({ executionId }) => ({
        executionId,
        state,
        timeMs: 0,
        ...(error === undefined ? {} : { error: toWireError(error) }),
      })),
    });
  }
}

export interface Bench {
  clock: ManualClock;
  provider: RecordingProvider;
  jobManager: JobManager;
  blobs: BlobStore;
  ended: JobMaster[];
  /** Connects and registers a TaskManager. */
  taskManager(resourceId: string, slots?: number): Promise<FakeTaskManager>;
}

export interface BenchOptions {
  properties?: Record<string, string>;
  store?: JobStore;
  blobs?: BlobStore;
  startEnumerators?: StartEnumerators;
}

export async function bench({
  properties = {},
  store = noJobStore,
  blobs,
  startEnumerators,
}: BenchOptions = {}): Promise<Bench> {
  const clock = new ManualClock(1_000_000);
  const provider = new RecordingProvider();
  const log = silentLogger();
  const files = blobs ?? new BlobStore(mkdtempSync(join(tmpdir(), 'weft-jobmanager-')));
  await files.put(PROGRAM);
  const ended: JobMaster[] = [];
  const jobManager = new JobManager({
    checkpointDirectory: join(mkdtempSync(join(tmpdir(), 'weft-jm-')), 'checkpoints'),
    clock,
    log,
    config: configurationOf({ 'taskmanager.numberOfTaskSlots': '2', ...properties }),
    blobs: files,
    store,
    provider,
    startEnumerators:
      startEnumerators ??
      (() => {
        throw new Error('no job here has enumerators');
      }),
    applicationId: 'application_1_0001',
    random: () => 0.5,
    onJobTerminal: (job) => {
      ended.push(job);
    },
  });
  const taskManager = async (resourceId: string, slots = 2): Promise<FakeTaskManager> => {
    const fake = new FakeTaskManager(resourceId, slots);
    fake.session = connectInMemory({
      protocol: taskManagerProtocol,
      clock,
      log,
      identity: undefined,
      clientHandlers: fake.handlers(),
      accept: (peer) => {
        fake.peer = peer;
        return jobManager.acceptTaskManager(peer);
      },
      onClosed: (peer) => {
        jobManager.taskManagerClosed(peer);
      },
    });
    await fake.register();
    await settle();
    return fake;
  };
  return { clock, provider, jobManager, blobs: files, ended, taskManager };
}

const SOURCE = 'a'.repeat(32);
const SINK = 'b'.repeat(32);

export interface GraphOptions {
  jobId?: string;
  parallelism?: number;
  restartStrategy?: JobGraph['settings']['restartStrategy'];
  vertices?: JobVertex[];
  edges?: JobEdge[];
}

/** Source → (hash) → sink, both in one slot sharing group, unless vertices and edges are given. */
export function jobGraph(options: GraphOptions = {}): JobGraph {
  const { jobId = '1'.repeat(32), parallelism = 2, restartStrategy } = options;
  return {
    jobId,
    name: 'Count',
    settings: {
      parallelism,
      maxParallelism: -1,
      objectReuse: false,
      chaining: true,
      bufferTimeoutMs: 100,
      ...(restartStrategy === undefined ? {} : { restartStrategy }),
      globalJobParameters: {},
    },
    streamNodes: [
      streamNode(1, 'Source: Lines', 'Data Source', SOURCE, parallelism),
      streamNode(2, 'Split', 'Operator', 'c'.repeat(32), parallelism),
      streamNode(3, 'Sink: A & B', 'Data Sink', SINK, parallelism),
    ],
    streamEdges: [
      { source: 1, target: 2, partitioner: 'FORWARD', inputIndex: 0, chained: true, reasons: [] },
      { source: 2, target: 3, partitioner: 'HASH', inputIndex: 0, chained: false, reasons: ['HASH redistributes'] },
    ],
    vertices: options.vertices ?? [
      vertex(SOURCE, 'Source: Lines -> Split', parallelism, [1, 2]),
      vertex(SINK, 'Sink: A & B', parallelism, [3]),
    ],
    edges: options.edges ?? [edge(SOURCE, SINK, 'HASH', 'ALL_TO_ALL')],
    program: {
      entry: 'program.mjs',
      files: [{ path: 'program.mjs', sha256: sha256(PROGRAM), sizeBytes: PROGRAM.length }],
      executeIndex: 0,
      context: {
        args: [],
        cwd: '/',
        environment: {},
        clockMs: [],
        monotonicMs: [],
        randoms: [],
        values: {},
        executions: [],
      },
    },
  };
}

export function vertex(id: string, name: string, parallelism: number, nodes: number[], group = 'default'): JobVertex {
  return { id, name, parallelism, maxParallelism: 128, slotSharingGroup: group, nodes };
}

export function edge(
  source: string,
  target: string,
  partitioner: JobEdge['partitioner'],
  pattern: JobEdge['pattern'],
): JobEdge {
  return {
    id: `${source.slice(0, 2)}-${target.slice(0, 2)}-0`,
    sourceVertex: source,
    targetVertex: target,
    sourceNode: 1,
    targetNode: 2,
    inputIndex: 0,
    partitioner,
    pattern,
    bufferTimeoutMs: 100,
  };
}

function streamNode(
  id: number,
  name: string,
  pact: JobGraph['streamNodes'][number]['pact'],
  operatorId: string,
  parallelism: number,
): JobGraph['streamNodes'][number] {
  return {
    id,
    name,
    pact,
    operatorType: 'map',
    operatorId,
    parallelism,
    maxParallelism: 128,
    slotSharingGroup: 'default',
    chainingStrategy: 'ALWAYS',
  };
}
