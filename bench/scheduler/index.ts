/** `npm run bench -- scheduler`: allocations per second of each scheduler, beside Hadoop's on the same workload. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, type Throughput } from '../../cli/sls/bench.js';
import type { BenchOptions } from '../bench-options.js';
import { figure } from '../figure.js';
import { runHadoop } from './hadoop.js';
import { SCHEDULERS, SIZES, caseOf, hadoopRuns, workloadOf } from './workload.js';

const RUNS = 3;

export function benchScheduler({ runs = RUNS, scale, withPeer, folder, report }: BenchOptions): Promise<void> {
  for (const scheduler of SCHEDULERS) {
    const sizes = SIZES.filter(
      ({ nodes, queues }) => nodes <= 10_000 * scale && (scheduler !== 'fifo' || queues === 10),
    );
    const shared = sizes.filter(hadoopRuns).map((size) => caseOf(scheduler, size));
    const file = join(folder, `${scheduler}.json`);
    writeFileSync(file, JSON.stringify(workloadOf(shared)));
    const peers = withPeer ? runHadoop(file, runs) : new Map<string, Throughput>();
    const own = workloadOf(sizes.map((size) => caseOf(scheduler, size)));
    for (const { id, fill, churn } of measure(own, undefined, runs)) {
      const [, size = ''] = /^\w+?-(.*)$/.exec(id) ?? [];
      const peer = peers.get(id);
      const row = (phase: string, mine: number, theirs: number | undefined): void =>
        report(figure(`${scheduler}-${phase}-${size}`, mine, 'allocations/s', theirs, false));
      row('fill', fill.perSecondHeartbeats, peer?.fill.perSecondHeartbeats);
      row('churn', churn.perSecondAll, peer?.churn.perSecondAll);
    }
  }
  return Promise.resolve();
}
