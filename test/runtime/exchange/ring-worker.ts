/** The other end of the thread test: a slot thread that produces, as fast as its output allows. */
import { parentPort, workerData } from 'node:worker_threads';
import { createSlotNetwork, type SlotSetup } from '../../../runtime/exchange/index.js';
import { EDGE } from './fixture.js';

const { setup, count, big } = workerData as { setup: SlotSetup; count: number; big: number };
const network = createSlotNetwork(setup);
// Keeps the thread alive: a pending wait on the bell does not.
parentPort?.on('message', () => {});
const writer = network.createWriter<{ n: number; text: string }>('p0', EDGE, {
  selector: { kind: 'FORWARD' },
  random: () => 0,
});
for (let n = 0; n < count;) {
  const seen = network.doorbell.value;
  while (n < count && writer.available) {
    writer.emit({ n, text: n % 5000 === 7 ? 'x'.repeat(big) : `text ${n % 50}` });
    n++;
  }
  if (!writer.retry()) await network.doorbell.wait(seen);
}
writer.end();
for (;;) {
  const seen = network.doorbell.value;
  writer.retry();
  if (writer.drained) break;
  await network.doorbell.wait(seen);
}
parentPort?.postMessage('done');
parentPort?.close();
