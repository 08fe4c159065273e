/** Says in the terms of YARN and of people why a container ended. Pure. */
import { constants } from 'node:os';
import {
  EXIT_STATUS,
  type EndedBy,
  type ExitReason,
  type MemoryParts,
  type MemoryReport,
} from '../../runtime/common/wire/protocols/exit-reason.js';
import { describeMemory } from './memory-report.js';

/** How the process group's leader ended; undefined code and signal: nobody saw it. */
export interface ProcessEnd {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/** What is known besides of a container whose process ended. */
export interface EndCircumstances {
  /** Why we had it stopped, if we did: then the way in which the process obeyed does not matter. */
  readonly stop?: ExitReason | undefined;
  /** Last lines of its stderr, shown where it failed by itself. */
  readonly lastWords: readonly string[];
  /** Who had a signal sent to it before it ended, without having it stopped. */
  readonly signalledBy?: EndedBy | undefined;
  /** Its memory, if the kernel killed one of its processes for it. */
  readonly killedByKernel?: MemoryReport | undefined;
}

/** A shell's answers to a program that is not there or cannot be run. */
const NOT_STARTED = new Set([126, 127]);
const SIGNAL_BASE = 128;

export function exitReasonOf(end: ProcessEnd, circumstances: EndCircumstances): ExitReason {
  const { stop, lastWords, signalledBy = 'unknown', killedByKernel } = circumstances;
  if (stop !== undefined) return stop;
  if (killedByKernel !== undefined) return memoryExceeded(killedByKernel, 'kernel');
  const words = lastWords.length === 0 ? {} : { lastWords: [...lastWords] };
  const tail = lastWords.length === 0 ? '' : `\nIts last words:\n${lastWords.join('\n')}`;
  const signal = signalOf(end);
  if (signal !== undefined) {
    const exitStatus = SIGNAL_BASE + constants.signals[signal];
    const diagnostics = `The process was ended by ${signal}, sent by ${sender(signalledBy)}.${tail}`;
    return { kind: 'signal', exitStatus, diagnostics, by: signalledBy, signal, ...words };
  }
  const code = end.exitCode;
  if (code === undefined) {
    const diagnostics = `The process ended while no NodeManager watched it, without an exit code.${tail}`;
    return { kind: 'unknown', exitStatus: EXIT_STATUS.aborted, diagnostics, ...words };
  }
  if (code === 0) return { kind: 'finished', exitStatus: 0, diagnostics: '' };
  if (NOT_STARTED.has(code)) {
    const diagnostics = `The program could not be run (${code}).${tail}`;
    return { kind: 'launch-failed', exitStatus: code, diagnostics, ...words };
  }
  return {
    kind: 'exit-code',
    exitStatus: code,
    diagnostics: `The process ended with exit code ${code}.${tail}`,
    ...words,
  };
}

export function launchFailure(error: Error): ExitReason {
  return { kind: 'launch-failed', exitStatus: EXIT_STATUS.invalid, diagnostics: error.message };
}

/** @param by who looked: the NodeManager, or the kernel through a control group */
export function memoryExceeded(memory: MemoryReport, by: 'nodemanager' | 'kernel'): ExitReason {
  const who = by === 'kernel' ? ' The kernel killed a process before the NodeManager looked.' : '';
  const diagnostics = describeMemory(memory) + who;
  return { kind: 'memory', exitStatus: EXIT_STATUS.memoryExceeded, diagnostics, by, memory };
}

export function stoppedBy(by: EndedBy, exitStatus: number, diagnostics: string): ExitReason {
  return { kind: 'stopped', exitStatus, diagnostics, by };
}

/** The program's own words for its memory go into the report once it ends. */
export function withPlan(memory: MemoryReport, plan: MemoryParts | undefined): MemoryReport {
  return plan === undefined ? memory : { ...memory, plan };
}

function sender(by: EndedBy): string {
  if (by === 'unknown') return 'somebody outside of the cluster (or by itself)';
  return by === 'user' ? 'a user' : `the ${by}`;
}

/** The signal by itself, or as the wrapper's shell tells it: 128 + number. */
function signalOf(end: ProcessEnd): NodeJS.Signals | undefined {
  if (end.signal !== undefined) return end.signal;
  const number = (end.exitCode ?? 0) - SIGNAL_BASE;
  if (number <= 0) return undefined;
  const entry = Object.entries(constants.signals).find(([, value]) => value === number);
  return entry?.[0] as NodeJS.Signals | undefined;
}
