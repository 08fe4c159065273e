/** The two streams of a command: what was asked for on stdout, what happens meanwhile on stderr. */

/** Exit code of a command whose output nobody reads any more: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** When its reader leaves (`weft logs … | head`) a command ends without a word, as it would at SIGTERM. */
export function endWithReaders(): void {
  let left = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error;
    if (left) return;
    left = true;
    if (process.listenerCount('SIGTERM') === 0) process.exit(BROKEN_PIPE);
    process.emit('SIGTERM');
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
}
