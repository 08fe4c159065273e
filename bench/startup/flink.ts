/** The start-up figures of Flink: a standalone session cluster, the job of bench/peer/java by Flink's own command line. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { firstMark } from '../marks.js';
import { FlinkCluster } from '../peer/flink.js';

export interface StartupTimes {
  /** From the first process of a cluster to all tasks of a first job running. */
  'cold-per-job': number;
  /** From `run` to all tasks running, on a warm session with free slots. */
  'submit-session': number;
  /** The same with a cluster of its own for the job. */
  'submit-per-job': number;
  /** From kill -9 of a TaskManager to the first new output, with a free slot elsewhere, restart delay 0. */
  recovery: number;
  /** The same when a new container is needed. */
  'recovery-new-container': number;
  /** Resident memory of an idle session: ResourceManager, NodeManager, AppMaster, JobManager and one TaskManager, MB. */
  'idle-memory': number;
  /** What `weft up`, which watches over ResourceManager and NodeManager, takes beside them, MB. */
  'idle-memory-supervisor': number;
}

const JOB = 'weft.peer.StartupJob';

/** Flink has no YARN here, so per-job and new containers have no twin. */
export async function measureFlink(folder: string): Promise<Partial<StartupTimes>> {
  const marks = join(folder, 'flink-marks');
  rmSync(marks, { recursive: true, force: true });
  mkdirSync(marks, { recursive: true });
  const mark = join(marks, 'm');
  const cluster = new FlinkCluster();
  const times: Partial<StartupTimes> = {};
  try {
    const launchedMs = Date.now();
    cluster.start({ taskManagers: 1, slots: 2, taskManagerMemory: '1728m' });
    await cluster.untilRegistered(1);
    const first = cluster.submitByCommandLine(JOB, 2, [mark, '0']);
    times['cold-per-job'] = (await cluster.tasksRunningAt(first, launchedMs)) - launchedMs;
    await cluster.cancel(first);
    times['idle-memory'] = cluster.residentMb();
    const submittedMs = Date.now();
    const second = cluster.submitByCommandLine(JOB, 2, [mark, '0']);
    times['submit-session'] = (await cluster.tasksRunningAt(second, submittedMs)) - submittedMs;
    await cluster.cancel(second);
    await cluster.stop();

    cluster.start({ taskManagers: 2, slots: 2, taskManagerMemory: '1728m' });
    await cluster.untilRegistered(2);
    const third = cluster.submitByCommandLine(JOB, 2, [mark, '0']);
    await cluster.tasksRunningAt(third, submittedMs);
    const victim = await cluster.busyTaskManager(third);
    const killedMs = Date.now();
    cluster.kill(victim);
    times.recovery = (await firstMark(mark, 'first', killedMs)) - killedMs;
  } finally {
    await cluster.stop();
  }
  return times;
}
