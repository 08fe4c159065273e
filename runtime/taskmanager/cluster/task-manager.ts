/** A TaskManager in a container: data plane, slots, and the connection to the JobManager, wherever that is. */
import { cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../common/clock.js';
import { clusterOptions, memoryOptions, type Configuration } from '../../common/config/index.js';
import { WeftError, hasCode } from '../../common/errors/index.js';
import type { Logger } from '../../common/log/logger.js';
import { verifyToken } from '../../common/security/token.js';
import { VERSION } from '../../common/version.js';
import { RpcClient, type ParamsOf } from '../../common/wire/index.js';
import { taskManagerProtocol, type DataAddress } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import { createTaskManagerNetwork, type TaskManagerNetwork } from '../../exchange/index.js';
import { httpBlobSource } from '../blob-source.js';
import { Membership } from '../membership.js';
import { describeMemory, memorySharesOf, planMemory } from '../memory-plan.js';
import { TaskExecutor } from '../task-executor.js';
import { MetricsReport } from './metrics-report.js';
import { JobManagerLocator } from './job-manager-locator.js';
import type { TaskManagerSettings } from './settings.js';

export interface TaskManagerOptions {
  settings: TaskManagerSettings;
  /** Working folder of the container. */
  workDir: string;
  clock: Clock;
  log: Logger;
  /** It shall end: the JobManager says so, or none was found in time. */
  onEnd: (exitCode: number) => void;
}

type Registration = ParamsOf<typeof taskManagerProtocol.server, 'register'>;

export class TaskManager {
  private constructor(
    private readonly client: RpcClient<typeof taskManagerProtocol.client, typeof taskManagerProtocol.server>,
    private readonly membership: Membership,
    private readonly executor: TaskExecutor,
    private readonly network: TaskManagerNetwork,
    private readonly deadline: RegistrationDeadline,
    private readonly metrics: MetricsReport | undefined,
  ) {}

  /** Listens for data and starts to look for the JobManager. @throws TASKMANAGER_MEMORY_IMPOSSIBLE, PORT_TAKEN */
  static async start(options: TaskManagerOptions): Promise<TaskManager> {
    const { settings, clock, log, onEnd } = options;
    const { configuration } = settings;
    const memory = planMemory(memorySharesOf(configuration));
    log.info({ slots: configuration.get(clusterOptions.numberOfTaskSlots) }, describeMemory(memory));
    const { network, data } = await listen(options, memory.networkBytes);
    const locator = new JobManagerLocator({ ...settings, token: settings.applicationToken, log });
    const executor: TaskExecutor = new TaskExecutor({
      slots: configuration.get(clusterOptions.numberOfTaskSlots),
      memory,
      network,
      blobs: httpBlobSource(
        () => locator.current,
        () => settings.applicationToken,
      ),
      workFolder: join(options.workDir, 'jobs'),
      cancellationTimeoutMs: configuration.get(clusterOptions.taskCancellationTimeoutMs),
      clock,
      log,
      report: (jobId, jobAttempt, changes) => {
        membership.report(jobId, jobAttempt, changes);
      },
      reportCheckpoint: (jobId, jobAttempt, report) => {
        membership.reportCheckpoint(jobId, jobAttempt, report);
      },
      fromReader: (jobId, jobAttempt, executionId, message) => {
        membership.fromReader(jobId, jobAttempt, executionId, message);
      },
      onShutdown: (reason) => {
        log.info({ reason }, 'the JobManager ends this TaskManager');
        onEnd(0);
      },
    });
    const deadline = new RegistrationDeadline(clock, configuration, (error) => {
      log.fatal({ code: error.code }, error.message);
      onEnd(1);
    });
    const client: TaskManager['client'] = new RpcClient({
      protocol: taskManagerProtocol,
      address: () => locator.find(),
      token: () => settings.applicationToken,
      handlers: executor.handlers,
      clock,
      log,
      onConnected: (resumed) => {
        if (!resumed) void membership.join();
        else if (membership.isRegistered) deadline.met();
      },
      onDisconnected: () => {
        log.warn('the connection to the JobManager broke');
        deadline.begin();
      },
      onRefused: (error) => {
        log.fatal({ code: error.code }, error.message);
        onEnd(1);
      },
    });
    const membership: Membership = new Membership({
      ...{ session: client.session, executor, network, clock, log },
      registration: registrationOf(settings, memory, data),
      onRegistered: () => {
        deadline.met();
      },
      onSilent: () => {
        client.reconnect();
      },
    });
    const metrics = await MetricsReport.start(options, executor, network);
    deadline.begin();
    client.start();
    return new TaskManager(client, membership, executor, network, deadline, metrics);
  }

  async close(): Promise<void> {
    this.deadline.met();
    this.membership.close();
    await this.metrics?.close();
    await this.executor.close();
    this.client.close();
    await this.network.close();
  }
}

async function listen(
  { settings, workDir, clock, log }: TaskManagerOptions,
  networkBytes: number,
): Promise<{ network: TaskManagerNetwork; data: DataAddress }> {
  const { configuration, resourceId, applicationToken } = settings;
  const { from, to } = configuration.get(clusterOptions.taskManagerDataPort);
  for (let port = from; ; port++) {
    const network = createTaskManagerNetwork({
      resourceId,
      slots: configuration.get(clusterOptions.numberOfTaskSlots),
      segmentBytes: configuration.get(memoryOptions.segmentSize),
      networkBytes,
      maxRecordBytes: configuration.get(memoryOptions.recordMaxSize),
      buffersPerChannel: configuration.get(memoryOptions.buffersPerChannel),
      floatingBuffersPerGate: configuration.get(memoryOptions.floatingBuffersPerGate),
      partitionFolder: join(workDir, 'partitions'),
      host: configuration.get(clusterOptions.taskManagerBindHost),
      port,
      auth: { token: applicationToken, check: tokenCheck(settings, clock) },
      clock,
      log,
    });
    try {
      const { port: bound } = await network.listen();
      const host = configuration.get(clusterOptions.taskManagerHost) ?? settings.nodeHost;
      return { network, data: { host, port: bound } };
    } catch (error) {
      await network.close();
      if (!hasCode(error, 'PORT_TAKEN') || port >= to) throw error;
    }
  }
}

function tokenCheck({ applicationKey, applicationToken }: TaskManagerSettings, clock: Clock): (token: string) => void {
  return (token) => {
    if (applicationKey !== undefined) verifyToken([applicationKey], 'application', token, clock.nowMs());
    else if (token !== applicationToken) throw new WeftError('AUTH_BAD_TOKEN', 'The peer is of another application.');
  };
}

function registrationOf(
  settings: TaskManagerSettings,
  memory: Registration['memory'],
  data: DataAddress,
): Registration {
  return {
    resourceId: settings.resourceId,
    host: settings.nodeHost,
    data,
    slots: settings.configuration.get(clusterOptions.numberOfTaskSlots),
    memory,
    hardware: { cpuCores: cpus().length, physicalMemoryBytes: totalmem(), freeMemoryBytes: freemem() },
    nodeHttpAddress: settings.nodeHttpAddress,
    pid: process.pid,
    version: VERSION,
  };
}

/** Runs while there is no JobManager. */
class RegistrationDeadline {
  private cancel: (() => void) | undefined;
  private readonly timeoutMs: number;

  constructor(
    private readonly clock: Clock,
    configuration: Configuration,
    private readonly onMissed: (error: WeftError) => void,
  ) {
    this.timeoutMs = configuration.get(clusterOptions.taskManagerRegistrationTimeoutMs);
  }

  begin(): void {
    this.cancel ??= this.clock.after(this.timeoutMs, () => {
      this.onMissed(
        new WeftError('TASKMANAGER_NO_JOBMANAGER', `No JobManager took this TaskManager within ${this.timeoutMs} ms.`),
      );
    });
  }

  met(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}
