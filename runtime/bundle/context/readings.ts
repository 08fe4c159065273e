/**
 * What a program can read that differs from run to run. The client records each reading, slot threads play them back.
 * `real` gives the true value; it is called only when it is wanted.
 */
export interface Readings {
  /** The wall clock, epoch milliseconds. */
  wallMs(real: () => number): number;
  /** The monotonic clock, milliseconds. */
  monotonicMs(real: () => number): number;
  randomNumber(real: () => number): number;
  /** Random bytes as hex, a UUID as it is. */
  randomText(real: () => string): string;
  variable(name: string, real: () => string | undefined): string | undefined;
  variableNames(real: () => string[]): string[];
}
