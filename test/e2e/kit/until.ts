/** Waits for a condition: no test sleeps for a time that someone guessed. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadlineMs) {
      throw new Error(`Waited ${timeoutMs} ms for ${what}${last instanceof Error ? `; last: ${last.message}` : ''}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
