/** The two streams of a command: what was asked for on stdout, what happens meanwhile on stderr. */

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}
