/** Programs written to a temporary folder, bundled against a small stand-in of the API, laid out, run and replayed. */
import type { ProgramHost } from '../../../runtime/api/host.js';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  API_SYMBOL,
  bundleProgram,
  describeFiles,
  materializeArtifact,
  readArtifactFile,
  runProgram,
  type Artifact,
  type ProgramExecution,
} from '../../../runtime/bundle/index.js';
import { fromWireError, type WireError } from '../../../runtime/common/errors/index.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import type { StreamGraph, StreamNode } from '../../../runtime/graph/stream-graph.js';

/** A stand-in for `weft-stream`: a graph is a list of named functions. */
export const testApi = {
  execute: (operators: Record<string, () => unknown>) => host().execute(graphOf(operators)),
  value: (name: string, compute: () => unknown) => host().value(name, compute),
};
(globalThis as Record<symbol, unknown>)[API_SYMBOL] = testApi;

function host(): ProgramHost {
  return (globalThis as unknown as Record<symbol, ProgramHost>)[Symbol.for('weft-stream.host')];
}

function graphOf(operators: Record<string, () => unknown>): StreamGraph {
  const nodes = Object.entries(operators).map(([name, map], index) => {
    const node: Partial<StreamNode> = { id: index + 1, name, operator: { type: 'map', fn: { map } } };
    return node as StreamNode;
  });
  return { jobName: 'test', nodes, edges: [], settings: {} as StreamGraph['settings'] };
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporaryFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  folders.push(folder);
  return folder;
}

export interface Project {
  folder: string;
  bundle(entry?: string, ship?: string[]): Promise<Artifact>;
}

/** @param files content by path; `main.ts` is the program unless told otherwise */
export function project(files: Record<string, string>, packages: string[] = []): Project {
  const folder = temporaryFolder('weft-bundle-');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  for (const name of packages) symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  return {
    folder,
    bundle: (entry = 'main.ts', ship = []) =>
      bundleProgram(entry, {
        apiExports: Object.keys(testApi),
        cwd: folder,
        ship: ship.map((path) => join(folder, path)),
      }),
  };
}

export async function layOut(artifact: Artifact): Promise<string> {
  const folder = temporaryFolder('weft-artifact-');
  await materializeArtifact(artifact.files, readArtifactFile, folder);
  return folder;
}

export interface ClientRun {
  folder: string;
  artifact: Artifact;
  jobs: { graph: StreamGraph; execution: ProgramExecution }[];
}

/** The client's run; each job "finishes" at once with this result. */
export async function runInClient(program: Project, args: string[] = []): Promise<ClientRun> {
  const artifact = await program.bundle();
  const folder = await layOut(artifact);
  const jobs: ClientRun['jobs'] = [];
  await runProgram({
    folder,
    entry: artifact.entry,
    args,
    parallelism: 3,
    configuration: { 'pipeline.name': 'configured' },
    execute: (graph, execution) => {
      jobs.push({ graph, execution });
      return Promise.resolve({ jobId: 'a'.repeat(32), jobName: 'test', netRuntimeMs: 7, accumulators: {} });
    },
  });
  return { folder, artifact, jobs };
}

export function jobGraphOf({ artifact, jobs }: ClientRun, index = 0): JobGraph {
  const { graph, execution } = jobs[index];
  const streamNodes = graph.nodes.map(({ id, name, operator }) => ({ id, name, operatorType: operator.type }));
  const program = { entry: artifact.entry, files: describeFiles(artifact), ...execution };
  return { settings: { parallelism: 1 }, streamNodes, program } as unknown as JobGraph;
}

export interface ReplayReport {
  /** What each operator's function returned, by name. */
  results: Record<string, unknown>;
  output: string;
}

/** Replays in a thread of its own, as a slot does, and calls every operator once. */
export function replayInThread(folder: string, jobGraph: JobGraph): Promise<ReplayReport> {
  return new Promise((settle, reject) => {
    const worker = new Worker(new URL('./replay-worker.js', import.meta.url), {
      workerData: { folder, jobGraph },
      env: { ONLY_IN_THREAD: 'yes' },
      stdout: true,
      stderr: true,
    });
    let output = '';
    worker.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    worker.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    let answer: { results?: Record<string, unknown>; error?: WireError } | undefined;
    worker.on('message', (message: typeof answer) => (answer = message));
    worker.on('error', reject);
    worker.on('exit', () => {
      if (answer?.error !== undefined) reject(fromWireError(answer.error));
      else settle({ results: answer?.results ?? {}, output });
    });
  });
}
