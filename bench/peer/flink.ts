/** A real standalone Flink session cluster: one JobManager, n TaskManagers, started from the class path and stopped by pid. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEER_CLASSPATH, PEER_JAR, PEER_OUT } from './build.js';
import { poll } from '../poll.js';

export { buildPeer, peerAvailable } from './build.js';

const REST = 'http://127.0.0.1:28081';

/** What Flink's own start scripts pass to a Java 17 JVM. */
const OPENS = [
  'exports=java.rmi/sun.rmi.registry',
  'exports=jdk.compiler/com.sun.tools.javac.api',
  'exports=java.security.jgss/sun.security.krb5',
  ...[
    'lang',
    'net',
    'io',
    'nio',
    'lang.reflect',
    'text',
    'time',
    'util',
    'util.concurrent',
    'util.concurrent.atomic',
    'util.concurrent.locks',
  ].map((name) => `opens=java.base/java.${name}`),
  'opens=java.base/sun.nio.ch',
].map((what) => `--add-${what}=ALL-UNNAMED`);

export interface FlinkOptions {
  taskManagers: number;
  slots: number;
  taskManagerMemory: string;
  /** Lines of config.yaml. */
  extraConfig?: string;
}

interface SubtaskTimes {
  subtasks: { timestamps: Record<string, number>; endpoint: string }[];
}

export class FlinkCluster {
  private readonly run = join(PEER_OUT, 'run');
  private readonly processes = new Map<string, ChildProcess>();

  /** Returns when the processes are launched; `untilRegistered` waits for the TaskManagers. */
  start(options: FlinkOptions): void {
    rmSync(this.run, { recursive: true, force: true });
    for (const folder of ['conf', 'tmp', 'upload', 'log']) mkdirSync(join(this.run, folder), { recursive: true });
    writeFileSync(join(this.run, 'conf', 'config.yaml'), this.config(options));
    writeFileSync(join(this.run, 'conf', 'log4j.properties'), LOG4J);
    const jobManager = this.memoryParameters('GET_JM_RESOURCE_PARAMS', options);
    const taskManager = this.memoryParameters('GET_TM_RESOURCE_PARAMS', options);
    this.launch('jm', jobManager.jvm, 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', [
      '-D',
      'rest.bind-address=127.0.0.1',
      ...jobManager.dynamic,
    ]);
    for (let i = 1; i <= options.taskManagers; i++) {
      this.launch(`tm-${i}`, taskManager.jvm, 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner', [
        ...taskManager.dynamic,
        '-D',
        `taskmanager.resource-id=tm-${i}`,
      ]);
    }
  }

  get url(): string {
    return REST;
  }

  taskManagerPids(): number[] {
    return [...this.processes].filter(([name]) => name.startsWith('tm-')).map(([, { pid }]) => pid ?? 0);
  }

  async untilRegistered(taskManagers: number): Promise<void> {
    await poll('Flink’s TaskManagers', async () => {
      const overview = await this.get<{ taskmanagers: number }>('/overview').catch(() => undefined);
      return overview?.taskmanagers === taskManagers;
    });
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(REST + path);
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return (await response.json()) as T;
  }

  /** Submits a job as a user does, by Flink's own command line; returns its id. */
  submitByCommandLine(mainClass: string, parallelism: number, args: string[]): string {
    const output = execFileSync(
      'java',
      [
        ...OPENS,
        '-cp',
        PEER_CLASSPATH,
        `-Dlog.file=${join(this.run, 'log', 'cli.log')}`,
        'org.apache.flink.client.cli.CliFrontend',
        'run',
        '-d',
        '-p',
        String(parallelism),
        '-m',
        '127.0.0.1:28081',
        '-c',
        mainClass,
        PEER_JAR,
        ...args,
      ],
      {
        env: { ...process.env, FLINK_CONF_DIR: join(this.run, 'conf') },
        stdio: ['ignore', 'pipe', 'ignore'],
        encoding: 'utf8',
      },
    );
    const id = /JobID ([0-9a-f]{32})/.exec(output)?.[1];
    if (id === undefined) throw new Error(`Flink did not print a JobID: ${output}`);
    return id;
  }

  /** Epoch ms at which the last subtask became RUNNING after `sinceMs`; waits for it. */
  async tasksRunningAt(jobId: string, sinceMs: number): Promise<number> {
    return poll('Flink’s tasks', async () => {
      const job = await this.get<{ vertices: { id: string }[] }>(`/jobs/${jobId}`).catch(() => undefined);
      if (job === undefined) return undefined;
      let last = 0;
      for (const vertex of job.vertices) {
        const { subtasks } = await this.get<SubtaskTimes>(`/jobs/${jobId}/vertices/${vertex.id}/subtasktimes`);
        for (const { timestamps } of subtasks) {
          const runningMs = timestamps['RUNNING'] ?? 0;
          if (runningMs < sinceMs) return undefined;
          last = Math.max(last, runningMs);
        }
      }
      return last;
    });
  }

  async cancel(jobId: string): Promise<void> {
    await fetch(`${REST}/jobs/${jobId}?mode=cancel`, { method: 'PATCH' });
    await poll(
      'Flink’s cancel',
      // While the JobManager is busy its answer may come too late and be an error; it is asked again.
      async () => (await this.get<{ state: string }>(`/jobs/${jobId}`).catch(() => undefined))?.state === 'CANCELED',
    );
  }

  /** The TaskManager that runs the first source subtask. Flink's answers are up to 3 s old: it waits for one that knows. */
  async busyTaskManager(jobId: string): Promise<string> {
    return poll('the TaskManager of Flink’s source', async () => {
      const job = await this.get<{ vertices: { id: string }[] }>(`/jobs/${jobId}`);
      const vertex = await this.get<{ subtasks: { 'taskmanager-id': string }[] }>(
        `/jobs/${jobId}/vertices/${job.vertices[0].id}`,
      );
      const id = vertex.subtasks[0]['taskmanager-id'];
      return this.processes.has(id) ? id : undefined;
    });
  }

  kill(name: string): void {
    const child = this.processes.get(name);
    if (child === undefined) throw new Error(`Flink has no process ${name}.`);
    child.kill('SIGKILL');
  }

  /** Resident memory of all its processes, MB. */
  residentMb(): number {
    let total = 0;
    for (const { pid } of this.processes.values()) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      total += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    }
    return total;
  }

  async stop(): Promise<void> {
    const ended = [...this.processes.values()].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await exit;
    });
    await Promise.all(ended);
    this.processes.clear();
  }

  private launch(name: string, jvm: string[], mainClass: string, args: string[]): void {
    const out = openSync(join(this.run, 'log', `${name}.out`), 'w');
    const logging = [
      `-Dlog.file=${join(this.run, 'log', `${name}.log`)}`,
      `-Dlog4j.configurationFile=${join(this.run, 'conf', 'log4j.properties')}`,
    ];
    const command = [
      ...jvm,
      ...OPENS,
      ...logging,
      '-cp',
      PEER_CLASSPATH,
      mainClass,
      '--configDir',
      join(this.run, 'conf'),
      ...args,
    ];
    this.processes.set(name, spawn('java', command, { stdio: ['ignore', out, out] }));
    closeSync(out);
  }

  /** Heap and other flags, worked out by the calculator that Flink's start scripts call. */
  private memoryParameters(what: string, options: FlinkOptions): { jvm: string[]; dynamic: string[] } {
    const cached = join(PEER_OUT, `${what}-${options.slots}-${options.taskManagerMemory}`);
    let text: string;
    try {
      text = readFileSync(cached, 'utf8');
    } catch {
      text = execFileSync(
        'java',
        [
          '-cp',
          PEER_CLASSPATH,
          'org.apache.flink.runtime.util.bash.BashJavaUtils',
          what,
          '--configDir',
          join(this.run, 'conf'),
        ],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
      writeFileSync(cached, text);
    }
    const [jvm = '', dynamic = ''] = [...text.matchAll(/^BASH_JAVA_UTILS_EXEC_RESULT:(.*)$/gm)].map(
      (match) => match[1] ?? '',
    );
    const words = (line: string): string[] =>
      line
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '');
    return { jvm: words(jvm), dynamic: words(dynamic) };
  }

  private config(options: FlinkOptions): string {
    return `
jobmanager.rpc.address: 127.0.0.1
jobmanager.rpc.port: 26123
jobmanager.bind-host: 127.0.0.1
jobmanager.memory.process.size: 1600m
blob.server.port: "26124"
taskmanager.bind-host: 127.0.0.1
taskmanager.host: 127.0.0.1
taskmanager.numberOfTaskSlots: ${options.slots}
taskmanager.memory.process.size: ${options.taskManagerMemory}
rest.address: 127.0.0.1
rest.bind-address: 127.0.0.1
rest.port: 28081
web.upload.dir: ${join(this.run, 'upload')}
io.tmp.dirs: ${join(this.run, 'tmp')}
${options.extraConfig ?? ''}
`;
  }
}

const LOG4J = `rootLogger.level = INFO
rootLogger.appenderRef.file.ref = File
appender.file.name = File
appender.file.type = FILE
appender.file.fileName = \${sys:log.file}
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
`;
