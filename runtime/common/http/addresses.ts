/**
 * Several addresses of one service, of which one answers at a time: ResourceManagers that stand by for each other. Roles hand
 * them on as one text, `http://a:1,http://b:1`.
 */
import { sleep, type Clock } from '../clock.js';

/** Each without a slash at its end. */
export function addressesOf(list: string): string[] {
  return list.split(',').map((address) => address.trim().replace(/\/+$/, ''));
}

/** While one takes over from another, they are asked again after so long. */
const PAUSE_MS = 100;

/**
 * What the first of them answers that does; with several, they are asked again and again while none leads.
 * @param ask fails where an address does not answer
 * @param patienceMs how long they are asked, if there are several
 * @throws what the last one failed with
 */
export async function firstAnswer<T>(
  list: string,
  clock: Clock,
  patienceMs: number,
  ask: (address: string) => Promise<T>,
): Promise<T> {
  const addresses = addressesOf(list);
  const deadlineMs = clock.monotonicMs() + (addresses.length > 1 ? patienceMs : 0);
  for (let turn = 0; ; turn++) {
    try {
      return await ask(addresses[turn % addresses.length] ?? '');
    } catch (error) {
      const wasLast = turn % addresses.length === addresses.length - 1;
      if (wasLast && clock.monotonicMs() >= deadlineMs) throw error;
      if (wasLast) await sleep(clock, PAUSE_MS);
    }
  }
}
