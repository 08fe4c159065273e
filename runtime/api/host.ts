/**
 * Who runs the program: the client (`weft run`), a slot thread that replays it, or this very process. The host sits on
 * `globalThis` under a registered symbol, because the program's bundle and the runtime may hold different copies of this module.
 */
import { WeftError } from '../common/errors/index.js';
import type { StreamGraph } from '../graph/stream-graph.js';

/** What `execute()` gives back once the job has finished. */
export interface JobExecutionResult {
  /** 32 hex digits. */
  readonly jobId: string;
  readonly jobName: string;
  /** Time from the job's start to its end. */
  readonly netRuntimeMs: number;
  /** Final values of the job's accumulators by name. */
  readonly accumulators: Readonly<Record<string, unknown>>;
}

/** A part of what a job's collect sink has taken. */
export interface ResultBatch {
  /** Structured clones, base64. */
  readonly records: readonly string[];
  /** No record follows this one. */
  readonly ended: boolean;
  /** Counts the restarts of the job; results of different attempts do not fit together. */
  readonly attempt: number;
}

/** A job that was handed over and may still run. */
export interface SubmittedJob {
  /** 32 hex digits. */
  readonly jobId: string;
  /** Flink's name of the job's state. */
  status(): Promise<string>;
  /** Asks for the job's end; it may take a moment until it is CANCELED. */
  cancel(): Promise<void>;
  /**
   * Results from a position on; those before it may be forgotten. Answers after a short wait when there are none yet.
   * @param node the collect sink
   */
  results(node: number, from: number): Promise<ResultBatch>;
}

export interface ProgramHost {
  /** `replay`: the wanted `execute()` is captured and stays pending for ever; earlier ones resolve as they did in the client. */
  readonly mode: 'client' | 'replay';
  /** Parallelism of operators for which the program sets none: `-p`, else `parallelism.default`. */
  readonly parallelism: number;
  /** Configuration that was set (files and `-D`), as text by key. */
  readonly configuration: Readonly<Record<string, string>>;
  /** Runs the job to its end; `onSubmitted` is told once it was handed over. Rejects with its root cause when it fails or is cancelled. */
  execute(streamGraph: StreamGraph, onSubmitted?: (job: SubmittedJob) => void): Promise<JobExecutionResult>;
  /** Works the value out in the client, and gives the client's result on replay. */
  value<T>(name: string, compute: () => T | Promise<T>): Promise<T>;
  /** Maps `file:line:column` of the bundle to the user's source, where the host has its source map. */
  mapLocation?(location: string): string;
}

/** Where the host is kept on `globalThis`. */
export const HOST_KEY: unique symbol = Symbol.for('weft-stream.host') as never;

/** Where the exports of `weft-stream` are kept on `globalThis`: a bundled program's import of the package is bound to it. */
export const API_KEY: unique symbol = Symbol.for('weft-stream.api') as never;

type Holder = Record<symbol, ProgramHost | undefined>;

/** The host of this thread, if one was installed. */
export function currentHost(): ProgramHost | undefined {
  return (globalThis as unknown as Holder)[HOST_KEY];
}

/** Makes this the host of the thread. The returned function puts the former one back. */
export function installHost(host: ProgramHost): () => void {
  const holder = globalThis as unknown as Holder;
  const former = holder[HOST_KEY];
  holder[HOST_KEY] = host;
  return () => {
    holder[HOST_KEY] = former;
  };
}

let loadLocalHost: (() => Promise<ProgramHost>) | undefined;

/** Says who runs the jobs of a program that nobody submitted; loaded when the first of them is executed. */
export function setLocalHost(load: () => Promise<ProgramHost>): void {
  loadLocalHost = load;
}

/**
 * The installed host, else the one that runs jobs in this process.
 * @throws API_NO_HOST when there is neither
 */
export async function resolveHost(): Promise<ProgramHost> {
  const host = currentHost() ?? (await loadLocalHost?.());
  if (host === undefined) throw new WeftError('API_NO_HOST', 'Nobody is there to run a job.');
  return host;
}
