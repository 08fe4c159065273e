/** Says in the terms of YARN and of people why a container ended. Pure. */
import { constants } from 'node:os';
import type { ExitReason } from '../../runtime/common/wire/protocols/shared.js';
import type { StopRequest } from './container-record.js';

/** Exit statuses that YARN gives to ends which are no exit code. */
export const EXIT_STATUS = {
  /** The process was never there. */
  invalid: -1000,
  aborted: -100,
  memoryExceeded: -104,
  stoppedByAppMaster: -105,
  stoppedByResourceManager: -106,
  stoppedAfterApplication: -107,
} as const;

/** How the process group's leader ended; undefined code and signal: nobody saw it. */
export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/** A shell's answers to a program that is not there or cannot be run. */
const NOT_STARTED = new Set([126, 127]);
const SIGNAL_BASE = 128;

/**
 * @param stop what we asked for, if we did: then the way in which the process obeyed does not matter
 * @param stderrTail last words on its stderr, shown where it failed by itself
 */
export function exitReasonOf(end: ProcessEnd, stop: StopRequest | undefined, stderrTail: string): ExitReason {
  if (stop !== undefined) return { kind: stop.kind, exitStatus: stop.exitStatus, diagnostics: stop.reason };
  const tail = stderrTail === '' ? '' : `\nIts last words:\n${stderrTail}`;
  const signal = signalOf(end);
  if (signal !== undefined) {
    const exitStatus = SIGNAL_BASE + constants.signals[signal];
    return { kind: 'signal', exitStatus, diagnostics: `The process was ended by ${signal}.${tail}` };
  }
  const code = end.exitCode;
  if (code === undefined) {
    const diagnostics = `The process ended while no NodeManager watched it, without an exit code.${tail}`;
    return { kind: 'unknown', exitStatus: EXIT_STATUS.aborted, diagnostics };
  }
  if (code === 0) return { kind: 'finished', exitStatus: 0, diagnostics: '' };
  if (NOT_STARTED.has(code)) {
    return { kind: 'launch-failed', exitStatus: code, diagnostics: `The program could not be run (${code}).${tail}` };
  }
  return { kind: 'exit-code', exitStatus: code, diagnostics: `The process ended with exit code ${code}.${tail}` };
}

export function launchFailure(error: Error): ExitReason {
  return { kind: 'launch-failed', exitStatus: EXIT_STATUS.invalid, diagnostics: error.message };
}

/** The signal by itself, or as the wrapper's shell tells it: 128 + number. */
function signalOf(end: ProcessEnd): NodeJS.Signals | undefined {
  if (end.signal !== undefined) return end.signal;
  const number = (end.exitCode ?? 0) - SIGNAL_BASE;
  if (number <= 0) return undefined;
  const entry = Object.entries(constants.signals).find(([, value]) => value === number);
  return entry?.[0] as NodeJS.Signals | undefined;
}
