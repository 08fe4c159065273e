/**
 * What user code prints in a slot thread. Node sends a worker's output through the main thread, late, and loses it
 * when the thread is ended; the process's descriptors are written to instead.
 */
import { writeDescriptor } from '../../connectors/index.js';

export function writeOutputDirectly(): void {
  redirect(process.stdout, 1);
  redirect(process.stderr, 2);
}

function redirect(stream: NodeJS.WriteStream, descriptor: number): void {
  const write = (
    chunk: string | Uint8Array,
    encodingOrCallback?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    const encoding = typeof encodingOrCallback === 'string' ? encodingOrCallback : 'utf8';
    writeDescriptor(descriptor, typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    const done = typeof encodingOrCallback === 'function' ? encodingOrCallback : callback;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = write;
}
