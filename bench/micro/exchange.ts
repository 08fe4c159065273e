/**
 * Throughput of one channel, both ends included: a producer thread encodes small records, this thread decodes them.
 * `node <compiled>/bench/micro/exchange.js [records]` prints M records per second of wall time, and per CPU second of the
 * whole process, for a ring in shared memory and for TCP on loopback.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  createSlotNetwork,
  createTaskManagerNetwork,
  type SlotNetwork,
  type SlotSetup,
} from '../../runtime/exchange/index.js';
import type { TaskManagerNetwork } from '../../runtime/exchange/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';

const JOB = 'b'.repeat(32);
const MB = 1024 * 1024;

interface Order {
  setup?: SlotSetup;
  count: number;
  unique: boolean;
}

function network(resourceId: string): TaskManagerNetwork {
  return createTaskManagerNetwork({
    resourceId,
    slots: 2,
    segmentBytes: 32 * 1024,
    networkBytes: 16 * MB,
    auth: { token: 'bench', check: () => {} },
    clock: systemClock,
    log: silentLogger(),
  });
}

/** The one channel from producer to consumer. */
function prepare(
  tm: TaskManagerNetwork,
  slot: number,
  role: 'producer' | 'consumer',
  peer: { id: string; slot: number; port: number },
) {
  const channel = {
    channelId: 'e:0-0',
    producerSubtask: 0,
    consumerSubtask: 0,
    peer: { resourceId: peer.id, slot: peer.slot, data: { host: '127.0.0.1', port: peer.port } },
  };
  const ends = [{ edgeId: 'e', channels: [channel] }];
  const task = {
    executionId: role,
    vertexId: 'v',
    subtask: 0,
    attempt: 0,
    inputs: role === 'consumer' ? ends : [],
    outputs: role === 'producer' ? ends : [],
  };
  const edges = [{ id: 'e', pattern: 'ALL_TO_ALL' as const, sourceParallelism: 1, targetParallelism: 1 }];
  return tm.prepareSlot({ jobId: JOB, attempt: 0, slot, tasks: [task], edges });
}

async function produce(slot: SlotNetwork, { count, unique }: Order): Promise<void> {
  const writer = slot.createWriter<{ word: string; count: number }>('producer', 'e', {
    selector: { kind: 'HASH', key: (record) => record.word, maxParallelism: 128 },
    random: () => 0,
  });
  const words = Array.from({ length: unique ? 200_000 : 1000 }, (_, i) => `word-${i}`);
  let n = 0;
  while (n < count) {
    const seen = slot.doorbell.value;
    while (n < count && writer.available) {
      writer.emit({ word: words[n % words.length] ?? '', count: n & 0xffff });
      n++;
    }
    if (!writer.retry()) await slot.doorbell.wait(seen);
  }
  writer.end();
  for (let seen = slot.doorbell.value; !writer.drained; seen = slot.doorbell.value) {
    if (!writer.retry()) await slot.doorbell.wait(seen);
  }
}

async function consume(slot: SlotNetwork): Promise<number> {
  const gate = slot.createGate<{ word: string; count: number }>('consumer', 'e');
  let sum = 0;
  const handler = {
    onRecord: (record: { word: string; count: number }) => {
      sum += record.count + record.word.length;
    },
  };
  while (!gate.finished) {
    const seen = slot.doorbell.value;
    if (gate.poll(handler, 10_000) === 0 && !gate.finished) await slot.doorbell.wait(seen);
  }
  return sum;
}

/** Measures from the first record on, so that the start of the producer's thread does not count. */
async function measure(name: string, count: number, consumer: SlotNetwork): Promise<void> {
  const seen = consumer.doorbell.value;
  await consumer.doorbell.wait(seen);
  const [startMs, cpu] = [systemClock.monotonicMs(), process.cpuUsage()];
  await consume(consumer);
  const wallMs = systemClock.monotonicMs() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  const [wall, perCpu] = [count / wallMs / 1000, count / (user + system)];
  console.log(`${name.padEnd(28)} ${wall.toFixed(1)} M records/s   ${perCpu.toFixed(1)} M per CPU second`);
}

async function ring(count: number, unique: boolean): Promise<void> {
  const tm = network('tm');
  const setup = prepare(tm, 0, 'producer', { id: 'tm', slot: 1, port: 1 });
  const consumer = createSlotNetwork(prepare(tm, 1, 'consumer', { id: 'tm', slot: 0, port: 1 }));
  const worker = new Worker(new URL(import.meta.url), { workerData: { setup, count, unique } satisfies Order });
  await measure(`ring, ${unique ? '200,000' : '1,000'} words`, count, consumer);
  await worker.terminate();
  await tm.close();
}

async function tcp(count: number): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { count, unique: false } satisfies Order });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  const tm = network('to');
  const consumer = createSlotNetwork(prepare(tm, 0, 'consumer', { id: 'from', slot: 0, port }));
  await measure('TCP, 1,000 words', count, consumer);
  await tm.close();
  await worker.terminate();
}

if (isMainThread) {
  const count = Number(process.argv[2] ?? 5_000_000);
  await ring(count, false);
  await ring(count, true);
  await tcp(count);
} else {
  const order = workerData as Order;
  parentPort?.on('message', () => {});
  if (order.setup !== undefined) await produce(createSlotNetwork(order.setup), order);
  else {
    const tm = network('from');
    const { port } = await tm.listen();
    const slot = createSlotNetwork(prepare(tm, 0, 'producer', { id: 'to', slot: 0, port: 1 }));
    parentPort?.postMessage(port);
    await produce(slot, order);
  }
}
