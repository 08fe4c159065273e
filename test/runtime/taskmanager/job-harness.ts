/** A TaskManager's executor in this process, and a JobManager of few words: it submits, starts, cancels and listens. */
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as api from '../../../runtime/api/index.js';
import {
  API_SYMBOL,
  bundleProgram,
  describeFiles,
  materializeArtifact,
  readArtifactFile,
  runProgram,
} from '../../../runtime/bundle/index.js';
import { sha256 } from '../../../runtime/common/blobs/blob-store.js';
import { systemClock } from '../../../runtime/common/clock.js';
import type { WeftError, WireError } from '../../../runtime/common/errors/index.js';
import { newExecutionId, newJobId } from '../../../runtime/common/ids.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { connectInMemory, type RpcPeer, type ParamsOf } from '../../../runtime/common/wire/index.js';
import {
  taskManagerProtocol,
  type FromReader,
  type TaskMetrics,
  type ToReader,
} from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import {
  createTaskManagerNetwork,
  type TaskDescriptor,
  type TaskManagerNetwork,
} from '../../../runtime/exchange/index.js';
import { describeTasks, expand } from '../../../runtime/graph/execution-graph.js';
import { createJobGraph } from '../../../runtime/graph/job-graph-generator.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { enumeratorThreads } from '../../../runtime/jobmanager/sources/enumerator-thread.js';
import { SourceCoordinators } from '../../../runtime/jobmanager/sources/source-coordinators.js';
import { Membership } from '../../../runtime/taskmanager/membership.js';
import { planMemory } from '../../../runtime/taskmanager/memory-plan.js';
import { TaskExecutor } from '../../../runtime/taskmanager/task-executor.js';

type Peer = RpcPeer<typeof taskManagerProtocol.client, typeof taskManagerProtocol.server, undefined>;
type Heartbeat = ParamsOf<typeof taskManagerProtocol.server, 'heartbeat'>;

const MB = 1024 * 1024;
const log = silentLogger();

export interface TaskEnd {
  vertex: string;
  subtask: number;
  state: string;
  error?: WireError;
  metrics?: TaskMetrics;
}

export interface MiniClusterOptions {
  slots?: number;
  processMb?: number;
  cancellationTimeoutMs?: number;
}

export class MiniCluster {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'weft-taskmanager-')));
  readonly blobs = new Map<string, Uint8Array>();
  readonly heartbeats: Heartbeat[] = [];
  readonly executor: TaskExecutor;
  readonly network: TaskManagerNetwork;
  readonly membership: Membership;
  private readonly runs = new Map<string, JobRun>();
  private peer: Peer | undefined;
  private programs = 0;

  constructor({ slots = 2, processMb = 512, cancellationTimeoutMs = 5000 }: MiniClusterOptions = {}) {
    const memory = planMemory({
      processBytes: processMb * MB,
      segmentBytes: 32 * 1024,
      networkFraction: 0.1,
      networkMinBytes: 16 * MB,
      networkMaxBytes: 64 * MB,
      managedFraction: 0,
      slots,
    });
    this.network = createTaskManagerNetwork({
      resourceId: 'tm',
      slots,
      segmentBytes: memory.segmentBytes,
      networkBytes: memory.networkBytes,
      auth: { token: 'token', check: () => undefined },
      clock: systemClock,
      log,
    });
    this.executor = new TaskExecutor({
      ...{ slots, memory, network: this.network, cancellationTimeoutMs, clock: systemClock, log },
      blobs: { fetch: (hash) => this.fetch(hash) },
      workFolder: join(this.folder, 'jobs'),
      report: (jobId, attempt, changes) => {
        this.membership.report(jobId, attempt, changes);
      },
      reportCheckpoint: (jobId, attempt, report) => {
        this.membership.reportCheckpoint(jobId, attempt, report);
      },
      fromReader: (jobId, attempt, executionId, message) => {
        this.membership.fromReader(jobId, attempt, executionId, message);
      },
      onShutdown: () => undefined,
    });
    const session = connectInMemory({
      protocol: taskManagerProtocol,
      clock: systemClock,
      log,
      identity: undefined,
      clientHandlers: this.executor.handlers,
      accept: (peer: Peer) => {
        this.peer = peer;
        return {
          register: () => ({ heartbeatIntervalMs: 20, heartbeatTimeoutMs: 5000 }),
          heartbeat: (heartbeat) => {
            this.heartbeats.push(heartbeat);
            return {};
          },
          taskStates: ({ jobId, jobAttempt, changes }) => {
            for (const change of changes) this.runs.get(`${jobId}/${jobAttempt}`)?.heard(change);
          },
          acknowledgeCheckpoint: () => undefined,
          declineCheckpoint: () => undefined,
          fromReader: ({ jobId, jobAttempt, executionId, message }) => {
            this.runs.get(`${jobId}/${jobAttempt}`)?.fromReader(executionId, message);
          },
        };
      },
    });
    this.membership = new Membership({
      ...{ session, executor: this.executor, network: this.network, clock: systemClock, log },
      registration: {
        ...{ resourceId: 'tm', host: '127.0.0.1', data: { host: '127.0.0.1', port: 1 }, slots, memory },
        hardware: { cpuCores: 1, physicalMemoryBytes: 1, freeMemoryBytes: 1 },
        ...{ nodeHttpAddress: '', pid: process.pid, version: 'test' },
      },
    });
  }

  async start(): Promise<this> {
    await this.network.listen();
    await this.membership.join();
    return this;
  }

  readonly startEnumerators = enumeratorThreads({
    blobs: { get: async (hash) => Buffer.from(await this.fetch(hash)) },
    workFolder: join(this.folder, 'enumerators'),
    clock: systemClock,
  });

  async close(): Promise<void> {
    await Promise.all([...this.runs.values()].map((run) => run.sources.stop()));
    this.membership.close();
    await this.executor.close();
    await this.network.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Files that jobs have left. */
  get leftOvers(): string[] {
    try {
      return readdirSync(join(this.folder, 'jobs'));
    } catch {
      return [];
    }
  }

  get client(): Peer['session'] {
    if (this.peer === undefined) throw new Error('not started');
    return this.peer.session;
  }

  /** The job graph of a program's first execute(), with everything it needs in the store. */
  async compile(text: string, args: string[] = []): Promise<JobGraph> {
    const name = `job-${this.programs++}.ts`;
    writeFileSync(join(this.folder, name), text);
    const artifact = await bundleProgram(name, { apiExports: Object.keys(api), cwd: this.folder });
    const laidOut = join(this.folder, `client-${name}`);
    await materializeArtifact(artifact.files, readArtifactFile, laidOut);
    for (const file of artifact.files) this.blobs.set(file.sha256, await readArtifactFile(file));
    (globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
    let jobGraph: JobGraph | undefined;
    await runProgram({
      ...{ folder: laidOut, entry: artifact.entry, args, parallelism: 1, configuration: {} },
      execute: (streamGraph, execution) => {
        const jobId = newJobId();
        const program = { entry: artifact.entry, files: describeFiles(artifact), ...execution };
        jobGraph ??= createJobGraph(streamGraph, { jobId, program });
        return Promise.resolve({ jobId, jobName: streamGraph.jobName, netRuntimeMs: 0, accumulators: {} });
      },
    });
    if (jobGraph === undefined) throw new Error('the program ran no job');
    return jobGraph;
  }

  /** Submits a job into slots 0..n and starts it. */
  async run(jobGraph: JobGraph, attempt = 0): Promise<JobRun> {
    const run = this.track(jobGraph, 0, attempt);
    await run.submit();
    await run.start();
    return run;
  }

  /** A run that the test submits by itself. @param firstSlot where slot 0 of the job lies */
  track(jobGraph: JobGraph, firstSlot: number, attempt = 0): JobRun {
    const run = new JobRun(jobGraph, attempt, this, firstSlot);
    this.runs.set(`${jobGraph.jobId}/${attempt}`, run);
    return run;
  }

  store(content: Uint8Array): string {
    const hash = sha256(content);
    this.blobs.set(hash, content);
    return hash;
  }

  private fetch(hash: string): Promise<Uint8Array> {
    const blob = this.blobs.get(hash);
    return blob === undefined ? Promise.reject(new Error(`no blob ${hash}`)) : Promise.resolve(blob);
  }
}

export class JobRun {
  readonly ends: TaskEnd[] = [];
  readonly states: string[] = [];
  readonly sources: SourceCoordinators;
  /** Why an enumerator failed. */
  enumeratorFailure: WeftError | undefined;
  private readonly tasks: ReturnType<typeof describeTasks>;
  private readonly ended: Promise<void>;
  private resolveEnded: () => void = () => undefined;

  constructor(
    readonly jobGraph: JobGraph,
    readonly attempt: number,
    private readonly cluster: MiniCluster,
    firstSlot: number,
  ) {
    const graph = expand(jobGraph);
    const data = { host: '127.0.0.1', port: 1 };
    this.tasks = describeTasks(
      graph,
      graph.slots.map((_, slot) => ({ resourceId: 'tm', slot: firstSlot + slot, data })),
      () => ({ executionId: newExecutionId(), attempt }),
    );
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
    this.sources = new SourceCoordinators({
      ...{ clock: systemClock, jobGraph, start: cluster.startEnumerators },
      send: (vertexId, subtask, message) => this.toReader(vertexId, subtask, message),
      failed: (error) => {
        this.enumeratorFailure = error;
      },
    });
  }

  async submit(): Promise<void> {
    const { jobId } = this.jobGraph;
    const jobGraph = this.cluster.store(Buffer.from(JSON.stringify(this.jobGraph)));
    await Promise.all(
      this.tasks.map((tasks, slot) =>
        this.cluster.client.call('submitTasks', {
          ...{ jobId, jobAttempt: this.attempt, slot, region: 0, regionsInSlot: 1, jobGraph, tasks },
        }),
      ),
    );
  }

  tasksOf(slot: number): TaskDescriptor[] {
    return this.tasks[slot] ?? [];
  }

  async start(): Promise<void> {
    const { jobId } = this.jobGraph;
    this.sources.start();
    await Promise.all(this.tasks.map((_, slot) => this.cluster.client.call('startTasks', { jobId, slot, region: 0 })));
  }

  async cancel(): Promise<void> {
    const { jobId } = this.jobGraph;
    await this.cluster.client.call('cancelTasks', { jobId, slots: this.tasks.map((_, slot) => slot) });
  }

  /** Resolves with how each task ended. */
  async end(): Promise<TaskEnd[]> {
    await this.ended;
    return this.ends;
  }

  fromReader(executionId: string, message: FromReader): void {
    const task = this.tasks.flat().find((candidate) => candidate.executionId === executionId);
    if (task !== undefined) this.sources.fromReader(task.vertexId, task.subtask, message);
  }

  private toReader(vertexId: string, subtask: number, message: ToReader): void {
    const { jobId } = this.jobGraph;
    this.tasks.forEach((tasks, slot) => {
      const task = tasks.find((candidate) => candidate.vertexId === vertexId && candidate.subtask === subtask);
      if (task === undefined) return;
      const { executionId } = task;
      this.cluster.client.notify('toReader', { jobId, slot, region: 0, executionId, message });
    });
  }

  heard(change: ParamsOf<typeof taskManagerProtocol.server, 'taskStates'>['changes'][number]): void {
    const all = this.tasks.flat();
    const task = all.find(({ executionId }) => executionId === change.executionId);
    if (task === undefined) return;
    const vertex = this.jobGraph.vertices.find(({ id }) => id === task.vertexId)?.name ?? '';
    const { state, error, metrics } = change;
    this.states.push(`${vertex} ${task.subtask} ${state}`);
    if (state !== 'FINISHED' && state !== 'CANCELED' && state !== 'FAILED') return;
    this.ends.push({
      ...{ vertex, subtask: task.subtask, state },
      ...(error === undefined ? {} : { error }),
      ...(metrics === undefined ? {} : { metrics }),
    });
    if (this.ends.length === all.length) this.resolveEnded();
  }
}

/** Waits until the condition holds; fails after the deadline. */
export async function eventually(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const endMs = systemClock.monotonicMs() + deadlineMs;
  while (!condition()) {
    if (systemClock.monotonicMs() > endMs) throw new Error(`not within ${deadlineMs} ms: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
