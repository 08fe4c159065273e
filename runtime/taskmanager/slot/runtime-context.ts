import { readFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { TaskDescriptor } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import {
  DoubleCounter,
  Histogram,
  IntCounter,
  LongCounter,
  type Accumulator,
  type RuntimeContext,
} from '../../functions/index.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { keyedStateOf, type OperatorContext } from '../../operators/index.js';
import type { Findings } from './findings.js';

/** What the functions of an operator may know of their subtask, and their state. */
export function runtimeContext(
  { jobGraph, folder }: { jobGraph: JobGraph; folder: string },
  vertex: JobVertex,
  descriptor: TaskDescriptor,
  operator: OperatorContext,
  { accumulators, userMetrics }: Findings,
): RuntimeContext {
  return {
    ...keyedStateOf(operator),
    jobId: jobGraph.jobId,
    jobName: jobGraph.name,
    taskName: vertex.name,
    indexOfThisSubtask: descriptor.subtask,
    numberOfParallelSubtasks: vertex.parallelism,
    maxNumberOfParallelSubtasks: vertex.maxParallelism,
    attemptNumber: descriptor.attempt,
    globalJobParameters: jobGraph.settings.globalJobParameters,
    shippedFile(path) {
      if (isAbsolute(path) || normalize(path).startsWith('..')) {
        throw new Error(`"${path}" is not a path of a file that was shipped with the job.`);
      }
      return readFileSync(join(folder, path), 'utf8');
    },
    addAccumulator: (name, accumulator) => accumulators.add(name, accumulator),
    getAccumulator: <V, R>(name: string) => accumulators.get(name) as Accumulator<V, R> | undefined,
    getIntCounter: (name) => accumulators.ofKind(name, IntCounter),
    getLongCounter: (name) => accumulators.ofKind(name, LongCounter),
    getDoubleCounter: (name) => accumulators.ofKind(name, DoubleCounter),
    getHistogram: (name) => accumulators.ofKind(name, Histogram),
    getMetricGroup: () => userMetrics.groupOf(operator.name),
  };
}
