/**
 * One number, `taskmanager.memory.process.size`, divided as Flink divides it: network buffers, managed memory (array
 * buffers off the JavaScript heap), the heap of the slot threads, and overhead (Node itself, stacks, code, the main
 * thread).
 */
import { clusterOptions, memoryOptions, type Configuration } from '../common/config/index.js';
import { WeftError } from '../common/errors/index.js';
import { formatBytes } from '../common/units.js';
import type { MemoryParts } from '../common/wire/protocols/exit-reason.js';
import type { MemoryPlan } from '../common/wire/protocols/taskmanager-jobmanager.js';

const MB = 1024 * 1024;
/** A Node process with the TaskManager's code takes this much before it does anything. */
const OVERHEAD_MIN_BYTES = 80 * MB;
const OVERHEAD_MAX_BYTES = 1024 * MB;
const OVERHEAD_FRACTION = 0.15;
/** Below this a slot thread does not even load a program. */
const SLOT_HEAP_MIN_BYTES = 24 * MB;
/**
 * Young generation of a slot thread: larger ones collect no less often (measured), and their growth looks like a leak.
 */
const YOUNG_MAX_MB = 24;

export interface MemoryShares {
  processBytes: number;
  segmentBytes: number;
  networkFraction: number;
  networkMinBytes: number;
  networkMaxBytes: number;
  managedFraction: number;
  /** Instead of the fraction. */
  managedBytes?: number;
  slots: number;
}

export function memorySharesOf(configuration: Configuration): MemoryShares {
  const managedBytes = configuration.get(memoryOptions.managedSize);
  return {
    processBytes: configuration.get(memoryOptions.taskManagerProcess),
    segmentBytes: configuration.get(memoryOptions.segmentSize),
    networkFraction: configuration.get(memoryOptions.networkFraction),
    networkMinBytes: configuration.get(memoryOptions.networkMin),
    networkMaxBytes: configuration.get(memoryOptions.networkMax),
    managedFraction: configuration.get(memoryOptions.managedFraction),
    ...(managedBytes === undefined ? {} : { managedBytes }),
    slots: configuration.get(clusterOptions.numberOfTaskSlots),
  };
}

/** @throws TASKMANAGER_MEMORY_IMPOSSIBLE, with the plan in the message */
export function planMemory(shares: MemoryShares): MemoryPlan {
  const { processBytes, segmentBytes, slots } = shares;
  const overheadBytes = clamp(processBytes * OVERHEAD_FRACTION, OVERHEAD_MIN_BYTES, OVERHEAD_MAX_BYTES);
  const usable = processBytes - overheadBytes;
  const network = clamp(usable * shares.networkFraction, shares.networkMinBytes, shares.networkMaxBytes);
  const networkBytes = Math.floor(network / segmentBytes) * segmentBytes;
  // A fraction is what there may be: the heaps that slots cannot do without come first. A size is meant as it is given.
  const left = Math.max(0, usable - networkBytes - slots * SLOT_HEAP_MIN_BYTES);
  const managedBytes = shares.managedBytes ?? Math.floor(Math.min(Math.max(0, usable) * shares.managedFraction, left));
  const heapBytes = usable - networkBytes - managedBytes;
  const plan = { processBytes, networkBytes, managedBytes, heapBytes, overheadBytes, segmentBytes };
  if (heapBytes < slots * SLOT_HEAP_MIN_BYTES || networkBytes < segmentBytes) {
    throw new WeftError(
      'TASKMANAGER_MEMORY_IMPOSSIBLE',
      `${describeMemory(plan)} leaves too little for ${slots} slot${slots === 1 ? '' : 's'}: each needs a heap of ` +
        `${formatBytes(SLOT_HEAP_MIN_BYTES)} at least, and the network one segment.`,
      { subject: memoryOptions.taskManagerProcess.key },
    );
  }
  return plan;
}

/** The plan's parts in MB, as the NodeManager quotes them if the process uses more. */
export function memoryParts({ networkBytes, managedBytes, heapBytes, overheadBytes }: MemoryPlan): MemoryParts {
  const parts = { heap: heapBytes, managed: managedBytes, network: networkBytes, overhead: overheadBytes };
  return Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, Math.round(bytes / MB)]));
}

/** The plan on one line, for messages and logs. */
export function describeMemory(plan: MemoryPlan): string {
  const { processBytes, networkBytes, managedBytes, heapBytes, overheadBytes } = plan;
  const parts = { network: networkBytes, managed: managedBytes, heap: heapBytes, overhead: overheadBytes };
  const sum = Object.entries(parts).map(([name, bytes]) => `${name} ${formatBytes(bytes)}`);
  return `process ${formatBytes(processBytes)} = ${sum.join(' + ')}`;
}

export interface SlotHeapLimits {
  maxOldGenerationSizeMb: number;
  maxYoungGenerationSizeMb: number;
}

/** The heap of one slot thread, as Node's `resourceLimits`. */
export function slotHeapLimits(plan: MemoryPlan, slots: number): SlotHeapLimits {
  const totalMb = plan.heapBytes / slots / MB;
  const youngMb = Math.max(2, Math.min(YOUNG_MAX_MB, Math.floor(totalMb / 4)));
  return { maxOldGenerationSizeMb: Math.floor(totalMb) - youngMb, maxYoungGenerationSizeMb: youngMb };
}

function clamp(bytes: number, min: number, max: number): number {
  return Math.floor(Math.max(min, Math.min(max, bytes)));
}
