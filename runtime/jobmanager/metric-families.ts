/** The metrics of a JobManager and its jobs by Flink's names, for REST and for Prometheus. */
import { processFamilies, type MetricFamily } from '../common/metrics/index.js';
import type { JobMaster } from './job/job-master.js';
import type { JobState } from './job/states.js';
import type { JobManager } from './job-manager.js';

/** What concerns the cluster. */
export function clusterMetrics({ pool, taskManagers, dispatcher }: JobManager): ReadonlyMap<string, number> {
  return new Map([
    ['taskSlotsAvailable', pool.freeSlots],
    ['taskSlotsTotal', pool.totalSlots],
    ['numRegisteredTaskManagers', taskManagers.list().length],
    ['numRunningJobs', dispatcher.runningJobs],
  ]);
}

/** What concerns one job; times in milliseconds, 0 for a state that the job is not in. */
export function jobMetrics(job: JobMaster, nowMs: number): ReadonlyMap<string, number> {
  const { state, enteredMs, attempt } = job;
  const inState = (name: JobState): number => (state === name ? nowMs - (enteredMs[name] ?? nowMs) : 0);
  return new Map([
    ['uptime', inState('RUNNING')],
    ['downtime', inState('RESTARTING') + inState('FAILING')],
    ['runningTime', inState('RUNNING')],
    ['restartingTime', inState('RESTARTING')],
    ['cancellingTime', inState('CANCELLING')],
    ['failingTime', inState('FAILING')],
    ['numRestarts', attempt],
    ['fullRestarts', attempt],
  ]);
}

export function jobManagerFamilies(jobManager: JobManager, host: string): MetricFamily[] {
  const nowMs = jobManager.clock.nowMs();
  const labels = { host };
  const families: MetricFamily[] = processFamilies('flink_jobmanager', labels);
  for (const [name, value] of clusterMetrics(jobManager)) {
    families.push({ name: `flink_jobmanager_${name}`, help: name, type: 'gauge', samples: [{ labels, value }] });
  }
  const jobs = jobManager.dispatcher.list().filter((job) => !job.terminal);
  const ofJobs = jobs.map((job) => ({
    labels: { host, job_id: job.jobId, job_name: job.name },
    metrics: jobMetrics(job, nowMs),
  }));
  for (const name of ofJobs[0]?.metrics.keys() ?? []) {
    const samples = ofJobs.map(({ labels: its, metrics }) => ({ labels: its, value: metrics.get(name) ?? 0 }));
    families.push({ name: `flink_jobmanager_job_${name}`, help: name, type: 'gauge', samples });
  }
  return families;
}
