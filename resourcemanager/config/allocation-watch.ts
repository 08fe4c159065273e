/** Reads `fair-scheduler.xml` again when it has changed, as Hadoop's Fair scheduler does; a bad one changes nothing. */
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { PolicyFiles, Scheduler } from '../scheduler/index.js';

/** As often as Hadoop looks at the file. */
const RELOAD_INTERVAL_MS = 10_000;

/** @returns stops it */
export function watchAllocations(clock: Clock, log: Logger, scheduler: Scheduler, read: () => PolicyFiles): () => void {
  if (scheduler.name !== 'fair') return () => undefined;
  let known = read().allocations?.text;
  return clock.every(RELOAD_INTERVAL_MS, () => {
    try {
      const files = read();
      if (files.allocations?.text === known) return;
      // A bad file is told once, not every ten seconds.
      known = files.allocations?.text;
      scheduler.refresh(files);
      log.info({ queues: scheduler.queues.length }, 'the queues of fair-scheduler.xml are in force');
    } catch (error) {
      log.warn({ error }, 'fair-scheduler.xml is refused: the queues stay as they are');
    }
  });
}
