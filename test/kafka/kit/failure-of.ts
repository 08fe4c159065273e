/** The messages of an error and its causes. */
export async function failureOf(running: Promise<unknown>): Promise<string> {
  const messages: string[] = [];
  let error: unknown = await running.then(
    () => new Error('It did not fail.'),
    (thrown: unknown) => thrown,
  );
  for (; error instanceof Error; error = error.cause) messages.push(error.message);
  return messages.join(' | ');
}
