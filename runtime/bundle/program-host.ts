/** What a program's environment finds on `globalThis` while the program runs: the shape that `weft-stream` asks of a host. */
import type { StreamGraph } from '../graph/stream-graph.js';

export interface ExecutionResult {
  readonly jobId: string;
  readonly jobName: string;
  readonly netRuntimeMs: number;
  readonly accumulators: Readonly<Record<string, unknown>>;
}

export interface HostOfProgram {
  readonly mode: 'client' | 'replay';
  /** Parallelism of operators for which the program sets none. */
  readonly parallelism: number;
  /** Configuration that was set, as text by key. */
  readonly configuration: Readonly<Record<string, string>>;
  execute(streamGraph: StreamGraph): Promise<ExecutionResult>;
  value<T>(name: string, compute: () => T | Promise<T>): Promise<T>;
  mapLocation(location: string): string;
}

const HOST_SYMBOL = Symbol.for('weft-stream.host');

/** Makes this the host of the thread; the returned function puts the former one back. */
export function installProgramHost(host: HostOfProgram): () => void {
  const holder = globalThis as unknown as Record<symbol, HostOfProgram | undefined>;
  const former = holder[HOST_SYMBOL];
  holder[HOST_SYMBOL] = host;
  return () => {
    holder[HOST_SYMBOL] = former;
  };
}
