/**
 * The package's test kit, `weft-stream/testing`: operators driven record by record (`operatorHarness`), whole jobs on a
 * `MiniCluster` in the test's own process, and a clock that the test moves. Called by users' tests and by Weft's own contract suite. It interprets nothing by itself: records go
 * through the tasks, chains and channels that a slot has.
 */
export { ManualClock, type Clock } from '../common/clock.js';
export { MiniCluster, type JobOptions, type MiniClusterOptions, type RunningJob } from './cluster/mini-cluster.js';
export { collectSink, CollectSink } from './collect-sink.js';
export {
  keyedOperatorHarness,
  KeyedOneInputOperatorHarness,
  operatorHarness,
  OneInputOperatorHarness,
} from './harness/one-input-harness.js';
export { twoInputOperatorHarness, TwoInputOperatorHarness } from './harness/two-input-harness.js';
export type { HarnessSnapshot } from './harness/kept-state.js';
export type { HarnessOptions } from './harness/operator-harness.js';
export {
  element,
  end,
  onInput,
  pause,
  ScriptedSource,
  scriptedSource,
  scriptedSources,
  type ScriptStep,
} from './scripted-source.js';
