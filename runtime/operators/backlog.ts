/** What an operator has taken and is not done with: while it is too much, the subtask takes no further input. */
export interface Backlog {
  readonly busy: boolean;
  /** Whether it holds records that neither a snapshot nor what they are for has: a snapshot waits until it has not. */
  readonly unsaved: boolean;
  /** The input is over: resolves when nothing waits any longer. */
  idle(): Promise<void>;
  /** The task ends before its input does: what waits is given up. */
  discard(): void;
}
