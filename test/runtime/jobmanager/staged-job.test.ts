import test from 'ava';
import type { TaskDescriptor } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import { bench, jobGraph, settle, type FakeTaskManager, type GraphOptions } from './support.js';

const JOB = '1'.repeat(32);

/** Source → (hash, blocking) → sink, each with as many subtasks. */
function stagedGraph(parallelism: number, restartStrategy?: GraphOptions['restartStrategy']) {
  const graph = jobGraph({ parallelism, ...(restartStrategy === undefined ? {} : { restartStrategy }) });
  return {
    ...graph,
    settings: { ...graph.settings, runtimeMode: 'BATCH' as const },
    edges: graph.edges.map((edge) => ({ ...edge, exchange: 'BLOCKING' as const })),
  };
}

async function finish(worker: FakeTaskManager, tasks: TaskDescriptor[]): Promise<void> {
  worker.report(JOB, 'RUNNING', tasks);
  worker.report(JOB, 'FINISHED', tasks);
  await settle();
}

const names = (tasks: TaskDescriptor[]) => tasks.map(({ vertexId, subtask }) => `${vertexId[0]}${subtask}`);

test('subtasks run one after the other in the slots that there are, stage by stage', async (t) => {
  const it = await bench({ properties: { 'slotmanager.number-of-slots.max': '2' } });
  const worker = await it.taskManager('tm1', 2);
  await it.jobManager.submit(stagedGraph(3));
  await settle();
  t.deepEqual(names(worker.tasks(JOB)), ['a0', 'a1']);
  await finish(worker, worker.tasks(JOB).slice(0, 1));
  t.deepEqual(names(worker.tasks(JOB)), ['a0', 'a1', 'a2']);
  await finish(worker, worker.tasks(JOB).slice(1, 2));
  t.is(worker.tasks(JOB).length, 3, 'the next stage waits for all of this one');
  await finish(worker, worker.tasks(JOB).slice(2, 3));
  t.deepEqual(names(worker.tasks(JOB)).slice(3), ['b0', 'b1']);
  t.is(it.jobManager.dispatcher.get(JOB).state, 'RUNNING');
  await finish(worker, worker.tasks(JOB).slice(3, 5));
  await finish(worker, worker.tasks(JOB).slice(5));
  t.is(it.jobManager.dispatcher.get(JOB).state, 'FINISHED');
  t.is(worker.releasedPartitions.length, 1);
  t.is(it.jobManager.pool.freeSlots, 2);
});

test('consumers are told where their producers ran', async (t) => {
  const it = await bench({ properties: { 'slotmanager.number-of-slots.max': '2' } });
  const [first, second] = [await it.taskManager('tm1', 1), await it.taskManager('tm2', 1)];
  await it.jobManager.submit(stagedGraph(2));
  await settle();
  await finish(first, first.tasks(JOB));
  await finish(second, second.tasks(JOB));
  const sink = first.tasks(JOB).find(({ inputs }) => inputs.length > 0);
  t.deepEqual(
    sink?.inputs[0]?.channels.map(({ producerSubtask, peer }) => [producerSubtask, peer.resourceId]),
    [
      [0, 'tm1'],
      [1, 'tm2'],
    ],
  );
});

test('a TaskManager that is lost with finished results fails the attempt, and all stages run again', async (t) => {
  const it = await bench({ properties: { 'slotmanager.number-of-slots.max': '2' } });
  const [first, second] = [await it.taskManager('tm1', 1), await it.taskManager('tm2', 1)];
  await it.jobManager.submit(stagedGraph(2, { type: 'fixed-delay', attempts: 1, delayMs: 10 }));
  await settle();
  await finish(first, first.tasks(JOB));
  it.jobManager.taskManagerClosed(first.peer);
  await settle();
  const job = it.jobManager.dispatcher.get(JOB);
  t.is(job.state, 'RESTARTING');
  second.report(JOB, 'CANCELED');
  it.clock.advance(10);
  await settle();
  t.is(job.state, 'RUNNING');
  t.is(job.attempt, 1);
  t.deepEqual(names(second.tasks(JOB)), ['a0'], 'with the one slot that is left');
});

test('a cancelled job ends, though most of it never ran', async (t) => {
  const it = await bench({ properties: { 'slotmanager.number-of-slots.max': '1' } });
  const worker = await it.taskManager('tm1', 1);
  await it.jobManager.submit(stagedGraph(2));
  await settle();
  it.jobManager.dispatcher.get(JOB).cancel();
  await settle();
  worker.report(JOB, 'CANCELED');
  await settle();
  t.is(it.jobManager.dispatcher.get(JOB).state, 'CANCELED');
  t.is(worker.tasks(JOB).length, 1);
});
