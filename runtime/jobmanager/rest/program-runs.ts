/**
 * Runs an uploaded program: by the command `weft` of the same installation, in a process of its own, because a user's code
 * must not run in the JobManager. The command submits the job back over REST like any other client.
 */
import { spawn } from 'node:child_process';
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { JobEdge, JobGraph } from '../../graph/job-graph.js';
import { restPlan, type RestPlan } from '../../graph/plan-json.js';

/** How long a program may take up to its first `execute()`. */
const RUN_TIMEOUT_MS = 120_000;
/** Lines of a failed program that its error repeats. */
const LAST_LINES = 20;

export interface ProgramRun {
  /** Path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly parallelism: number | undefined;
  readonly properties: Readonly<Record<string, string>>;
}

export class ProgramRuns {
  /**
   * @param command the vector that starts `weft`, e.g. node and the path of its bundle
   * @param token with which it may submit the job, where one is needed
   */
  constructor(
    private readonly command: readonly string[],
    private readonly clock: Clock,
    private readonly token: () => string | undefined,
  ) {}

  /** Runs the program until it has submitted its first job. @throws PROGRAM_REJECTED with what it said */
  async run(program: ProgramRun, jobManagerUrl: string): Promise<string> {
    const output = await this.weft(['run', '-d', '-t', 'remote', `-Drest.address=${jobManagerUrl}`], program);
    const jobId = /Job has been submitted with JobID ([0-9a-f]{32})/.exec(output)?.[1];
    if (jobId === undefined) throw new WeftError('PROGRAM_REJECTED', 'The program ended without running a job.');
    return jobId;
  }

  /** The plan of the program's first job, without running it. @throws PROGRAM_REJECTED with what it said */
  async plan(program: ProgramRun): Promise<RestPlan> {
    const graphs = JSON.parse(await this.weft(['info', '--json'], program)) as {
      name: string;
      settings: JobGraph['settings'];
      streamGraph: { nodes: JobGraph['streamNodes']; edges: JobGraph['streamEdges'] };
      jobGraph: { vertices: JobGraph['vertices']; edges: JobEdge[] };
    };
    const planned: Omit<JobGraph, 'program'> = {
      jobId: '0'.repeat(32),
      name: graphs.name,
      settings: graphs.settings,
      streamNodes: graphs.streamGraph.nodes,
      streamEdges: graphs.streamGraph.edges,
      ...graphs.jobGraph,
    };
    return restPlan(planned as JobGraph);
  }

  private weft(action: readonly string[], { file, args, parallelism, properties }: ProgramRun): Promise<string> {
    const [program = '', ...prefix] = this.command;
    const words = [
      ...prefix,
      ...action,
      ...(parallelism === undefined ? [] : ['-p', String(parallelism)]),
      ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
      file,
      ...args,
    ];
    return new Promise((resolve, reject) => {
      const token = this.token();
      const env = token === undefined ? process.env : { ...process.env, WEFT_TOKEN: token };
      const child = spawn(program, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      const cancel = this.clock.after(RUN_TIMEOUT_MS, () => child.kill('SIGKILL'));
      child.once('error', reject);
      child.once('close', (code) => {
        cancel();
        if (code === 0) resolve(out);
        else reject(failedProgram(`${err}${out}`));
      });
    });
  }
}

function failedProgram(output: string): WeftError {
  const lines = output.trimEnd().split('\n').slice(-LAST_LINES);
  return new WeftError('PROGRAM_REJECTED', `The program could not be run:\n${lines.join('\n')}`);
}
