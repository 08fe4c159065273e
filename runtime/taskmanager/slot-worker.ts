/**
 * Entry point of a slot thread. It loads the engine and waits; given tasks, it runs the job's program up to its
 * execute(), builds the tasks from the program's functions, and works until they are over. One job, then the thread is
 * thrown away.
 */
import { parentPort } from 'node:worker_threads';
import * as api from '../api/index.js';
import { API_SYMBOL } from '../bundle/api-symbols.js';
import { systemClock } from '../common/clock.js';
import { SlotThreadMain } from './slot/slot-thread-main.js';
import { writeOutputDirectly } from './slot/direct-output.js';

/** Frames that an error's stack keeps: the user's own functions below those of the chain that called them. */
const STACK_FRAMES = 30;

if (parentPort === null) throw new Error('This is the entry point of a worker thread.');
Error.stackTraceLimit = STACK_FRAMES;
writeOutputDirectly();
(globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
new SlotThreadMain(parentPort, systemClock).listen();
