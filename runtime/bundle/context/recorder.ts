/** Keeps what the client's run of the program reads, for the runs in slot threads. */
import { WeftError, toWireError } from '../../common/errors/index.js';
import type { RecordedContext } from '../../graph/job-graph.js';
import { encodeValue } from './encoded-value.js';
import type { Readings } from './readings.js';

/** A main part that reads more than this of one kind does work that belongs into `env.value` or an operator. */
const MAX_READINGS = 100_000;

export interface RecorderOptions {
  args: readonly string[];
  cwd: string;
  /** As the host offers it; undefined: as the job's settings say. */
  parallelism?: number;
  configuration?: Readonly<Record<string, string>>;
  /** @default 'start' */
  recordedFrom?: 'start' | 'api-import';
}

export class ContextRecorder implements Readings {
  private readonly environment: Record<string, string | null> = {};
  private readonly clockReadings: number[] = [];
  private readonly monotonicReadings: number[] = [];
  private readonly randoms: (number | string)[] = [];
  private readonly values: Record<string, unknown> = {};
  private readonly executions: unknown[] = [];

  constructor(private readonly options: RecorderOptions) {}

  wallMs(real: () => number): number {
    return keep(this.clockReadings, real());
  }

  monotonicMs(real: () => number): number {
    return keep(this.monotonicReadings, real());
  }

  randomNumber(real: () => number): number {
    return keep(this.randoms, real());
  }

  randomText(real: () => string): string {
    return keep(this.randoms, real());
  }

  variable(name: string, real: () => string | undefined): string | undefined {
    const value = real();
    this.environment[name] = value ?? null;
    return value;
  }

  variableNames(real: () => string[]): string[] {
    return real();
  }

  hasValue(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** Keeps the result of `env.value` and returns it in the form in which it travels. */
  keepValue(name: string, value: unknown): unknown {
    return (this.values[name] = encodeValue(value, name));
  }

  valueOf(name: string): unknown {
    return this.values[name];
  }

  /** Results must be given in the order in which `execute()` was called. */
  keepExecution(index: number, result: unknown): void {
    this.executions[index] = encodeValue(result, `result of execute() ${index}`);
  }

  /** The `execute()` call failed, and the program may go on after that. */
  keepFailure(index: number, error: unknown): void {
    this.executions[index] = { error: toWireError(error) };
  }

  /** @throws BUNDLE_CONTEXT_TOO_LARGE */
  snapshot(): RecordedContext {
    const { args, cwd, parallelism, configuration = {}, recordedFrom = 'start' } = this.options;
    const longest = Math.max(this.clockReadings.length, this.monotonicReadings.length, this.randoms.length);
    if (longest > MAX_READINGS) {
      throw new WeftError(
        'BUNDLE_CONTEXT_TOO_LARGE',
        `The main part of the program read clocks or random numbers over ${MAX_READINGS} times before execute().`,
      );
    }
    return {
      args: [...args],
      cwd,
      environment: { ...this.environment },
      clockMs: [...this.clockReadings],
      monotonicMs: [...this.monotonicReadings],
      randoms: [...this.randoms],
      values: { ...this.values },
      executions: Array.from(this.executions, (execution) => execution ?? null),
      ...(parallelism === undefined ? {} : { parallelism }),
      configuration: { ...configuration },
      recordedFrom,
    };
  }
}

/** One more than the limit is kept, so that the overflow shows. */
function keep<T, V extends T>(readings: T[], value: V): V {
  if (readings.length <= MAX_READINGS) readings.push(value);
  return value;
}
