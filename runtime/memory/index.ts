/**
 * Managed memory: the part of a TaskManager's memory that Weft itself works in (sorting, caches, state), in array buffers
 * off the JavaScript heap. Each slot thread has its part of the plan and lends it to owners, who are named with what they
 * use; whoever gets no more spills or does without. Knows no plan, no thread and no file.
 */
export { ManagedMemory, type ManagedUsage, type MemoryOwnerUsage } from './managed-memory.js';
export { MemoryShare, PAGE_BYTES } from './memory-share.js';
