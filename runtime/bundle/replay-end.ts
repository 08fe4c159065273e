/**
 * Notices that a program which is run again in a slot thread will never come to its `execute()`: nothing is left that could
 * wake it. What a program waits for (a timer, an answer) keeps its thread's event loop alive, and Node tells of that.
 */
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';

const LOOK_EVERY_MS = 20;
/** In a row: a program may be between two waits when it is looked at. */
const IDLE_LOOKS = 3;
/** A program that keeps itself busy for so long is given up. */
const LONGEST_MS = 300_000;

export interface ReplayEnd {
  /** Rejects with BUNDLE_GRAPH_DIVERGED. */
  readonly never: Promise<never>;
  stop(): void;
}

/** Call it before the program runs: what keeps the thread alive by then is not the program's. */
export function watchForEnd(clock: Clock): ReplayEnd {
  const others = waits() + OWN_TIMERS;
  const beginMs = clock.monotonicMs();
  let idleLooks = 0;
  let stop: () => void = () => undefined;
  const never = new Promise<never>((_resolve, reject) => {
    stop = clock.every(LOOK_EVERY_MS, () => {
      idleLooks = waits() > others ? 0 : idleLooks + 1;
      const late = clock.monotonicMs() - beginMs >= LONGEST_MS;
      if (idleLooks < IDLE_LOOKS && !late) return;
      stop();
      const how = late ? `did not come to it in ${LONGEST_MS / 1000} s` : 'ended, or waits for what never comes';
      reject(
        new WeftError(
          'BUNDLE_GRAPH_DIVERGED',
          `Run again in a slot, the program ${how}, before the execute() that made this job.`,
        ),
      );
    });
  });
  never.catch(() => undefined);
  return { never, stop: () => stop() };
}

/** The timer of the watch itself. */
const OWN_TIMERS = 1;

/** The thread's ports and streams, and what is being closed: no program waits for those. */
const IGNORED: ReadonlySet<string> = new Set(['MessagePort', 'CloseReq', 'PipeWrap', 'TTYWrap']);

/** How much there is that could wake the program. */
function waits(): number {
  return process.getActiveResourcesInfo().filter((type) => !IGNORED.has(type)).length;
}
