import { availableParallelism, totalmem } from 'node:os';

/** Memory of this machine, or of the control group that this process is confined to if that is less; bytes. */
export function machineMemoryBytes(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Cores that this process may use. */
export function machineCores(): number {
  return availableParallelism();
}
