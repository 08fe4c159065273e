/**
 * Entry point of the thread of a job's enumerators. It runs the job's program up to its execute(), as a slot thread does,
 * and then the enumerators of its sources. One attempt of a job, then the thread is thrown away.
 */
import { parentPort } from 'node:worker_threads';
import * as api from '../../api/index.js';
import { API_SYMBOL } from '../../bundle/api-symbols.js';
import { replayProgram } from '../../bundle/replay.js';
import { mapUserStack } from '../../bundle/source-mapping.js';
import { systemClock } from '../../common/clock.js';
import { WeftError, toWireError } from '../../common/errors/index.js';
import { Enumerators } from '../../connectors/index.js';
import type { FromEnumerators, ToEnumerators } from './enumerator-messages.js';

if (parentPort === null) throw new Error('This is the entry point of a worker thread.');
const port = parentPort;
(globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;

let folder = '';
let enumerators: Enumerators | undefined;
/** What came before the program had run. */
const early: ToEnumerators[] = [];

function post(message: FromEnumerators): void {
  port.postMessage(message);
}

function failed(error: unknown): void {
  const cause = (error as Partial<WeftError>).cause;
  for (const thrown of [error, cause]) if (thrown instanceof Error) thrown.stack = mapUserStack(thrown, folder);
  post({ type: 'failed', error: toWireError(error) });
}

function uncaught(error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  failed(
    new WeftError('SOURCE_ENUMERATOR_FAILED', `Outside of any call of an enumerator: ${message}`, { cause: error }),
  );
}

async function start(order: ToEnumerators & { type: 'start' }): Promise<void> {
  folder = order.folder;
  try {
    const streamGraph = await replayProgram(order);
    enumerators = new Enumerators({
      ...{ streamGraph, clock: systemClock, restored: order.restored },
      send: (node, subtask, message) => post({ type: 'toReader', node, subtask, message }),
      failed: (_node, error) => failed(error),
    });
  } catch (error) {
    failed(error);
    return;
  }
  for (const message of early.splice(0)) obey(message, enumerators);
}

function obey(message: ToEnumerators, running: Enumerators): void {
  switch (message.type) {
    case 'fromReader':
      running.fromReader(message.node, message.subtask, message.message);
      return;
    case 'readerLost':
      running.readerLost(message.node, message.subtask, message.checkpointId);
      return;
    case 'snapshot':
      void running.started.then(() => snapshot(message.checkpointId, running));
      return;
    case 'checkpointComplete':
      running.notifyCheckpointComplete(message.checkpointId);
      return;
    case 'close':
      void running.close().then(() => post({ type: 'closed' }));
  }
}

function snapshot(checkpointId: number, running: Enumerators): void {
  try {
    post({ type: 'snapshotTaken', checkpointId, states: running.snapshot(checkpointId) });
  } catch (error) {
    post({ type: 'snapshotFailed', checkpointId, error: toWireError(error) });
  }
}

process.on('uncaughtException', uncaught);
process.on('unhandledRejection', uncaught);
port.on('message', (message: ToEnumerators) => {
  if (message.type === 'start') void start(message);
  else if (enumerators !== undefined) obey(message, enumerators);
  else early.push(message);
});
