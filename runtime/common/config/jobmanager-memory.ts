/** How one container's memory is shared by the AppMaster and the JobManager beside it. */

const MB = 1024 * 1024;

/** What the AppMaster's process takes at most: its heap, and V8 itself with code and buffers. */
const APP_MASTER_HEAP_MB = 48;
const APP_MASTER_PROCESS_MB = 96;
/** Part of the JobManager's process that is not heap: V8's code, stacks, socket and file buffers. */
const JOB_MANAGER_OVERHEAD_FRACTION = 0.25;
const JOB_MANAGER_MIN_HEAP_MB = 48;

export interface JobManagerMemory {
  /** `--max-old-space-size` of the AppMaster, MiB. */
  appMasterHeapMb: number;
  /** `--max-old-space-size` of the JobManager, MiB. */
  jobManagerHeapMb: number;
}

/** @param processBytes `jobmanager.memory.process.size`: the whole container */
export function jobManagerMemory(processBytes: number): JobManagerMemory {
  const jobManagerMb = processBytes / MB - APP_MASTER_PROCESS_MB;
  const heapMb = Math.floor(jobManagerMb * (1 - JOB_MANAGER_OVERHEAD_FRACTION));
  return { appMasterHeapMb: APP_MASTER_HEAP_MB, jobManagerHeapMb: Math.max(JOB_MANAGER_MIN_HEAP_MB, heapMb) };
}
