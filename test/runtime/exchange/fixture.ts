/** Small jobs of one edge over slots and TaskManagers, for the tests of the data path. */
import type {
  Channel,
  ExchangeEdge,
  RecordWriter,
  InputGate,
  TaskDescriptor,
} from '../../../runtime/exchange/index.js';
import { createTaskManagerNetwork, type TaskManagerNetworkOptions } from '../../../runtime/exchange/index.js';
import { systemClock } from '../../../runtime/common/clock.js';
import { WeftError } from '../../../runtime/common/errors/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';

export const JOB = 'a'.repeat(32);
export const EDGE = 'edge';

/** Where a subtask runs. */
export interface Place {
  resourceId: string;
  slot: number;
  port?: number;
}

/** The tasks of an all-to-all edge: producers `p0…`, consumers `c0…`, at these places. */
export function edgeTasks(
  producers: Place[],
  consumers: Place[],
): { edges: ExchangeEdge[]; tasks: (at: Place) => TaskDescriptor[] } {
  const channel = (p: number, c: number, peer: Place): Channel => ({
    channelId: `${EDGE}:${p}-${c}`,
    producerSubtask: p,
    consumerSubtask: c,
    peer: { resourceId: peer.resourceId, slot: peer.slot, data: { host: '127.0.0.1', port: peer.port ?? 1 } },
  });
  const task = (id: string, subtask: number, ends: Pick<TaskDescriptor, 'inputs' | 'outputs'>) => ({
    executionId: id,
    vertexId: 'v',
    subtask,
    attempt: 0,
    ...ends,
  });
  const isAt = (at: Place) => (entry: readonly [Place, number]) =>
    entry[0].resourceId === at.resourceId && entry[0].slot === at.slot;
  return {
    edges: [
      { id: EDGE, pattern: 'ALL_TO_ALL', sourceParallelism: producers.length, targetParallelism: consumers.length },
    ],
    tasks: (at) => [
      ...producers
        .map((place, i) => [place, i] as const)
        .filter(isAt(at))
        .map(([, p]) => {
          const channels = consumers.map((peer, c) => channel(p, c, peer));
          return task(`p${p}`, p, { inputs: [], outputs: [{ edgeId: EDGE, channels }] });
        }),
      ...consumers
        .map((place, i) => [place, i] as const)
        .filter(isAt(at))
        .map(([, c]) => {
          const channels = producers.map((peer, p) => channel(p, c, peer));
          return task(`c${c}`, c, { inputs: [{ edgeId: EDGE, channels }], outputs: [] });
        }),
    ],
  };
}

export function network(resourceId: string, options: Partial<TaskManagerNetworkOptions> = {}) {
  return createTaskManagerNetwork({
    resourceId,
    slots: 4,
    segmentBytes: 4096,
    networkBytes: 4 * 1024 * 1024,
    auth: {
      token: 'secret',
      check(token) {
        if (token !== 'secret') throw new WeftError('AUTH_BAD_TOKEN', 'The token is wrong.');
      },
    },
    clock: systemClock,
    log: silentLogger(),
    ...options,
  });
}

/** Waits until the condition holds. @throws after the deadline, naming what was waited for */
export async function until(condition: () => boolean, what: string, deadlineMs = 10_000): Promise<void> {
  const startMs = systemClock.monotonicMs();
  while (!condition()) {
    if (systemClock.monotonicMs() - startMs > deadlineMs) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What the gate holds now. */
export function take<T>(gate: InputGate<T>, max = Infinity): T[] {
  const records: T[] = [];
  gate.poll({ onRecord: (record) => void records.push(record) }, max);
  return records;
}

/** Emits as long as there is room. @returns how many were taken */
export function emitUntilFull<T>(writer: RecordWriter<T>, make: (i: number) => T, max: number): number {
  let count = 0;
  while (count < max && writer.retry()) writer.emit(make(count++));
  return count;
}
