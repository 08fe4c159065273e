/**
 * A program that nobody submitted (`node job.js`) runs at once, unrecorded. The package's entry starts this recording before
 * the program's own code runs, so that slot threads can see again what the program saw from there on. What is kept is
 * bounded, so that a process that imports the package for another purpose does not grow.
 */
import { isMainThread } from 'node:worker_threads';
import { ContextRecording } from '../bundle/index.js';

let recording: ContextRecording | undefined;

export function startAmbientRecording(): void {
  if (!isMainThread || recording !== undefined) return;
  recording = newRecording();
  recording.start();
}

/** The recording of this process; where the package was loaded without its entry, one that begins now. */
export function ambientRecording(): ContextRecording {
  return (recording ??= newRecording());
}

function newRecording(): ContextRecording {
  return new ContextRecording({ args: process.argv.slice(2), cwd: process.cwd(), recordedFrom: 'api-import' });
}
