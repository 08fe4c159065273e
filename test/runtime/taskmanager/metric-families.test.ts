import test from 'ava';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import type { TaskDescriptor, TaskMetrics } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import { taskManagerFamilies } from '../../../runtime/taskmanager/metric-families.js';

const jobGraph = {
  jobId: 'j',
  name: 'Words',
  vertices: [{ id: 'v', name: 'Map' }],
  streamNodes: [],
} as unknown as JobGraph;
const descriptor = { vertexId: 'v', executionId: 'e', attempt: 2, subtask: 1 } as TaskDescriptor;

/** Name of a metric → its value, where there is one sample. */
function valuesOf(metrics: Partial<TaskMetrics>): Map<string, number> {
  const latest = { timeMs: 2000, metrics: { recordsIn: 40, ...metrics } as TaskMetrics };
  const previous = { timeMs: 1000, metrics: { recordsIn: 10 } as TaskMetrics };
  const labels = { host: 'h' };
  const tasks = [{ jobGraph, descriptor, latest, previous }];
  const families = taskManagerFamilies({ labels, segmentBytes: 32768, usedSegments: 2, totalSegments: 8, tasks });
  return new Map(families.flatMap(({ name, samples }) => samples.map(({ value }) => [name, value] as const)));
}

test('a subtask has Flink’s names for what it counted, and for its rates', (t) => {
  const values = valuesOf({});
  t.is(values.get('flink_taskmanager_job_task_numRecordsIn'), 40);
  t.is(values.get('flink_taskmanager_job_task_numRecordsInPerSecond'), 30);
  t.is(values.get('flink_taskmanager_Status_Shuffle_Netty_UsedMemory'), 65536);
  t.false(values.has('flink_taskmanager_job_task_currentInputWatermark'));
});

test('watermarks are told as they are; before the first and behind the last as wide as Flink’s', (t) => {
  const values = valuesOf({ inputWatermarkMs: 1234, outputWatermarkMs: Number.MIN_SAFE_INTEGER });
  t.is(values.get('flink_taskmanager_job_task_currentInputWatermark'), 1234);
  t.is(values.get('flink_taskmanager_job_task_currentOutputWatermark'), -(2 ** 63));
  t.is(
    valuesOf({ inputWatermarkMs: Number.MAX_SAFE_INTEGER }).get('flink_taskmanager_job_task_currentInputWatermark'),
    2 ** 63,
  );
});
