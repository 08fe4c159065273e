/** What went wrong in a job: each failure with its root cause first, the ones that came in its wake beside it. */
import { toWireError, type ErrorCode, type WireError } from '../../common/errors/index.js';
import type { ExecutionPlace } from './execution.js';

export interface Failure {
  readonly error: WireError;
  readonly timeMs: number;
  /** `Source: X -> Y (2/2) - execution #0`; undefined when no task failed, e.g. when slots were missing. */
  readonly taskName: string | undefined;
  readonly place: ExecutionPlace | undefined;
}

export interface FailureEntry {
  readonly root: Failure;
  /** Failures of the same attempt after the root, oldest first. */
  readonly concurrent: Failure[];
  /** What the owner of a lost TaskManager's process said of its end. */
  postscript: string | undefined;
}

/** How many failures are kept beside a root: a job of a thousand tasks can fail a thousandfold. */
const MAX_CONCURRENT = 20;

export class FailureHistory {
  /** Oldest first. */
  private readonly entries: FailureEntry[] = [];
  private forgotten = false;

  /** @param size `web.exception-history-size` */
  constructor(private readonly size: number) {}

  /** Newest first, and whether older ones were forgotten. */
  list(): { entries: FailureEntry[]; truncated: boolean } {
    return { entries: this.entries.toReversed(), truncated: this.forgotten };
  }

  get latest(): FailureEntry | undefined {
    return this.entries.at(-1);
  }

  /** The first failure of an attempt. */
  open(failure: Failure): void {
    this.entries.push({ root: failure, concurrent: [], postscript: undefined });
    if (this.entries.length > this.size) {
      this.entries.shift();
      this.forgotten = true;
    }
  }

  /**
   * A further failure of the same attempt. A lost TaskManager becomes the root of failures that only noticed it: its
   * peers see their data connections break a moment before the JobManager knows why.
   */
  join(failure: Failure): void {
    const entry = this.latest;
    if (entry === undefined) return;
    if (isTaskManagerLoss(failure) && isBrokenExchange(entry.root)) {
      this.entries[this.entries.length - 1] = {
        ...entry,
        root: failure,
        concurrent: [entry.root, ...entry.concurrent],
      };
    } else if (entry.concurrent.length < MAX_CONCURRENT && ![entry.root, ...entry.concurrent].some(sameAs(failure))) {
      entry.concurrent.push(failure);
    }
  }

  /** Why a lost TaskManager ended, learnt afterwards. */
  explain(resourceId: string, diagnostics: string): void {
    const entry = this.latest;
    if (entry !== undefined && entry.root.place?.resourceId === resourceId && isTaskManagerLoss(entry.root)) {
      entry.postscript = diagnostics;
    }
  }
}

/** The loss of a TaskManager fails each of its tasks: once is enough. */
function sameAs({ error }: Failure): (other: Failure) => boolean {
  return (other) => other.error.code === error.code && other.error.message === error.message;
}

function isTaskManagerLoss(failure: Failure): boolean {
  return failure.error.code === 'TASKMANAGER_LOST';
}

function isBrokenExchange(failure: Failure): boolean {
  return failure.error.code === 'EXCHANGE_PEER_LOST';
}

/** Failures that the JobManager itself finds: where in its code says nothing to anyone. */
const FOUND_HERE: ReadonlySet<string> = new Set([
  'TASKMANAGER_LOST',
  'SLOTS_NOT_AVAILABLE',
  'TASK_CANCELED_UNEXPECTEDLY',
] satisfies ErrorCode[]);

export function failureOf(error: unknown, timeMs: number): Failure {
  const { stack, ...wire } = toWireError(error);
  const kept = stack === undefined || FOUND_HERE.has(wire.code) ? wire : { ...wire, stack };
  return { error: kept, timeMs, taskName: undefined, place: undefined };
}

/** The text that Flink's API calls a stack trace: the stack, then each cause. */
export function stackTraceOf({ root, postscript }: Pick<FailureEntry, 'root' | 'postscript'>): string {
  const { error } = root;
  const head = error.stack ?? `${error.code}: ${error.message}`;
  const lines = head.includes(error.message) ? [head] : [`${error.code}: ${error.message}`, head];
  for (const { stack, message } of error.causes) {
    // The failure of a user's function carries the function's own stack.
    if (stack === undefined || !head.includes(stack.trim())) lines.push(`Caused by: ${stack ?? message}`);
  }
  if (postscript !== undefined) lines.push(`The TaskManager's container ended: ${postscript}`);
  return `${lines.join('\n')}\n`;
}

/** The class of the innermost cause that has one (`TypeError`), else the code. */
export function exceptionNameOf({ error }: Failure): string {
  const innermost = error.causes.at(-1);
  const texts = [innermost?.stack, innermost?.message, error.stack];
  for (const text of texts) {
    const name = /^(?:Uncaught )?([A-Z]\w*(?:Error|Exception))\b/.exec(text ?? '')?.[1];
    if (name !== undefined && name !== 'WeftError') return name;
  }
  return error.code;
}

/** One line for diagnostics: the failure, then its innermost cause. */
export function summaryOf({ root, postscript }: FailureEntry): string {
  const innermost = root.error.causes.at(-1)?.message;
  const cause = innermost === undefined || root.error.message.includes(innermost) ? '' : ` Root cause: ${innermost}`;
  const task = root.taskName === undefined ? '' : `${root.taskName}: `;
  return `${task}${root.error.message}${cause}${postscript === undefined ? '' : ` (${postscript})`}`;
}
