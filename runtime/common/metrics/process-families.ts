/** Memory and CPU of this process by Flink's names, as far as they mean something for Node. */
import { getHeapStatistics } from 'node:v8';
import type { MetricFamily } from './exposition.js';

/** @param scope what comes before the names: `flink_taskmanager` or `flink_jobmanager` */
export function processFamilies(scope: string, labels: Readonly<Record<string, string>>): MetricFamily[] {
  return [...processMetrics()].map(([name, value]) => ({
    name: `${scope}_${name}`,
    help: name,
    type: 'gauge',
    samples: [{ labels, value }],
  }));
}

function processMetrics(): ReadonlyMap<string, number> {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return new Map([
    ['Status.JVM.Memory.Heap.Used', heapUsed],
    ['Status.JVM.Memory.Heap.Committed', heapTotal],
    ['Status.JVM.Memory.Heap.Max', getHeapStatistics().heap_size_limit],
    ['Status.JVM.Memory.NonHeap.Used', Math.max(0, rss - heapUsed)],
    ['Status.JVM.Memory.Direct.MemoryUsed', external],
    // Nanoseconds, as Flink has it.
    ['Status.JVM.CPU.Time', (user + system) * 1000],
  ]);
}
