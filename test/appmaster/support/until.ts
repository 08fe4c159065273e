import { setTimeout as pause } from 'node:timers/promises';

/** Polls until the condition gives something truthy. @throws after the deadline, with what was waited for */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== null && value !== false) return value as NonNullable<Exclude<T, false>>;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await pause(10);
  }
}
