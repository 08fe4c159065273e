/** Plays a recording back. */
import { WeftError, fromWireError, type WireError } from '../../common/errors/index.js';
import type { RecordedContext } from '../../graph/job-graph.js';
import { decodeValue } from './encoded-value.js';
import type { Readings } from './readings.js';

export class ContextPlayer implements Readings {
  private clockAt = 0;
  private monotonicAt = 0;
  private randomAt = 0;

  constructor(private readonly context: RecordedContext) {}

  /** Past the end of the recording the clock stands still. */
  wallMs(real: () => number): number {
    const { clockMs } = this.context;
    return clockMs[this.clockAt++] ?? clockMs.at(-1) ?? real();
  }

  monotonicMs(real: () => number): number {
    const { monotonicMs } = this.context;
    return monotonicMs[this.monotonicAt++] ?? monotonicMs.at(-1) ?? real();
  }

  randomNumber(): number {
    const value = this.context.randoms[this.randomAt++];
    if (typeof value !== 'number') throw this.otherRandom();
    return value;
  }

  randomText(): string {
    const value = this.context.randoms[this.randomAt++];
    if (typeof value !== 'string') throw this.otherRandom();
    return value;
  }

  /** A variable that the client's run did not read is not there. */
  variable(name: string): string | undefined {
    return this.context.environment[name] ?? undefined;
  }

  variableNames(): string[] {
    return Object.entries(this.context.environment)
      .filter(([, value]) => value !== null)
      .map(([name]) => name);
  }

  /** @throws BUNDLE_GRAPH_DIVERGED for a value that the client never worked out */
  value(name: string): unknown {
    if (!Object.hasOwn(this.context.values, name)) {
      throw new WeftError(
        'BUNDLE_GRAPH_DIVERGED',
        `The program asks for the value "${name}", which its run in the client did not ask for.`,
        { subject: name },
      );
    }
    return decodeValue(this.context.values[name]);
  }

  /** How an earlier `execute()` ended; undefined if it was still running when the job graph was made. */
  execution(index: number): { result: unknown } | { error: WeftError } | undefined {
    const execution = this.context.executions[index] as { clone: string } | { error: WireError } | null | undefined;
    if (execution === null || execution === undefined) return undefined;
    return 'error' in execution ? { error: fromWireError(execution.error) } : { result: decodeValue(execution) };
  }

  private otherRandom(): WeftError {
    return new WeftError(
      'BUNDLE_GRAPH_DIVERGED',
      `The program asks for random value ${this.randomAt}, which its run in the client did not ask for in this form.`,
    );
  }
}
