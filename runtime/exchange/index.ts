/**
 * The data path between subtasks: who calls it are the slot threads (`SlotNetwork`: writers and gates) and the
 * TaskManager's main thread (`TaskManagerNetwork`: memory, rings, sockets). It knows nothing of operators.
 *
 * A slot thread sees three kinds of channels as one: a bounded queue of references where both ends are in the thread; a
 * *ring* in shared memory where the other end is another thread; and for other processes a ring too, whose other end is
 * the main thread, which copies between rings and TCP. A ring carries a byte stream in borrowed chunks. A free chunk is a
 * credit, so a slow consumer stops its producers, and over TCP credit is granted only for chunks that are already claimed.
 * What one input record fans out to is always taken (an overdraft on the heap); then `available` is false.
 *
 * How it grows, with p subtasks a side, s slots a TaskManager, all-to-all:
 * - a ring costs about 200 bytes of control words; a TaskManager has s·p inputs and s·p outputs (1.6 MB at p = 1,000, s = 4);
 * - memory of a gate: 2 chunks a channel and 8 that all share. A chunk is a 32 KB segment up to 64 channels; beyond, it
 *   is halved until the exclusive ones fit into 4 MB (at least 1 KB). So a gate never takes more than 4.3 MB however wide
 *   it is up to 2,048 channels, and all gates of a TaskManager s times that, not p² × 32 KB;
 * - sockets: one for each pair of TaskManagers and job (and direction), (p/s)² in all, p/s at each; not p²;
 * - set-up: one SUBSCRIBE frame a remote channel, and one pass over the channels of a slot; nothing is done per p² anywhere.
 */
export type * from './types.js';
export { InFlightInput } from './input/in-flight-input.js';
export { broadcastIdle, broadcastWatermark, takeTimeElement, type ChannelTimeTaker } from './time-elements.js';
export { createSlotNetwork } from './slot-network.js';
export { createTaskManagerNetwork } from './task-manager-network.js';
export type { DataPlaneAuth, TaskManagerNetworkOptions } from './network-options.js';
