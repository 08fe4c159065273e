/** Asks until there is an answer (neither undefined nor false), at most three minutes. */
export async function poll<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadlineMs = Date.now() + 180_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadlineMs) throw new Error(`Waited three minutes for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
