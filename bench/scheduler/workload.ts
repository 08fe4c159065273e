/**
 * What is measured of schedulers, by both sides: N nodes of 16 GB in Q queues of equal shares; the cluster is filled with
 * containers of 1 GB, then four of each node end and are asked for anew before the node's next heartbeat.
 */
import type { Workload, WorkloadCase } from '../../cli/sls/bench.js';

interface Size {
  nodes: number;
  queues: number;
}

/** Hadoop runs the sizes up to 5,000 nodes with 10 queues. */
export const SIZES: readonly Size[] = [100, 1000, 5000, 10_000].flatMap((nodes) =>
  [10, 100, 1000].map((queues) => ({ nodes, queues })),
);

export const SCHEDULERS = ['capacity', 'fair', 'fifo'] as const;

export function hadoopRuns({ nodes, queues }: Size): boolean {
  return nodes <= 5000 && queues <= 10;
}

export function caseOf(scheduler: string, { nodes, queues }: Size): WorkloadCase {
  return {
    id: `${scheduler}-${nodes}n-${queues}q`,
    ...{ scheduler, nodes, queues: scheduler === 'fifo' ? 1 : queues, apps: Math.max(100, queues) },
    profile: scheduler === 'fifo' ? 'default' : 'batch',
    churnRounds: nodes <= 100 ? 20 : nodes <= 1000 ? 5 : 1,
  };
}

export function workloadOf(cases: WorkloadCase[]): Workload {
  const capacity = 'yarn.scheduler.capacity.';
  return {
    node: { memory: 16_384, vcores: 16 },
    container: { memory: 1024, vcores: 1 },
    churn: { completePerNodeHeartbeat: 4 },
    baseConf: {
      'yarn.scheduler.minimum-allocation-mb': '1024',
      'yarn.scheduler.maximum-allocation-mb': '16384',
      [`${capacity}maximum-am-resource-percent`]: '1.0',
      [`${capacity}resource-calculator`]: 'org.apache.hadoop.yarn.util.resource.DominantResourceCalculator',
      [`${capacity}maximum-applications`]: '100000',
    },
    profiles: {
      default: {},
      // Up to 16 containers a heartbeat: as many as a node has room for.
      batch: {
        [`${capacity}per-node-heartbeat.maximum-offswitch-assignments`]: '16',
        [`${capacity}per-node-heartbeat.maximum-container-assignments`]: '100',
        'yarn.scheduler.fair.assignmultiple': 'true',
        'yarn.scheduler.fair.dynamic.max.assign': 'false',
        'yarn.scheduler.fair.max.assign': '16',
      },
    },
    cases,
  };
}
