import { sleep, type Clock } from '../../../common/clock.js';
import { KafkaError } from './kafka-error.js';

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

export interface RetryOptions {
  readonly clock: Clock;
  /** Gives up when so much time has gone by. */
  readonly limitMs: number;
  /** Ends it before its time. */
  readonly isCancelled?: () => boolean;
  /** @default `error.isPassing` */
  readonly again?: (error: KafkaError) => boolean;
}

/** Repeats what fails for a reason that passes, with growing pauses. @throws the last KafkaError */
export async function retrying<T>(
  { clock, limitMs, isCancelled, again = (error) => error.isPassing }: RetryOptions,
  action: () => Promise<T>,
): Promise<T> {
  const endMs = clock.monotonicMs() + limitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await action();
    } catch (error) {
      const over = isCancelled?.() === true || clock.monotonicMs() >= endMs;
      if (!(error instanceof KafkaError) || !again(error) || over) throw error;
      await sleep(clock, pauseMs);
      if (isCancelled?.() === true) throw error;
    }
  }
}
