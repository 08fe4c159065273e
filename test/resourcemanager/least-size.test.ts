/** An application that does not say how large its AppMaster is, as clients of Hadoop's REST API may leave it. */
import { rmSync } from 'node:fs';
import test from 'ava';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import { FakeNode, appOf, newFolder, startResourceManager, submit, until } from './fixtures.js';

const POLICIES = capacityFiles({
  'maximum-am-resource-percent': '1',
  'root.queues': 'default',
  'root.default.capacity': '100',
});

/** Fair rounds up to its increment, 1024 MB as in Hadoop. */
for (const [schedulerClass, allocatedMB] of [
  ['fifo', 128],
  ['fair', 1024],
  ['capacity', 128],
] as const) {
  test(`no memory and no cores are the least allocation (${schedulerClass})`, async (t) => {
    const folder = newFolder();
    const rm = await startResourceManager(folder, { settings: { schedulerClass }, policies: POLICIES });
    const node = new FakeNode(() => rm.url, 'n:1', { memoryMb: 16_384, vcores: 8 }).start();
    t.teardown(async () => {
      node.client.close();
      await rm.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    await until('the node', () => node.registrations > 0);
    const sizes = [undefined, {}, { memory: 0, vCores: 0 }];
    for (const [at, resource] of sizes.entries()) {
      const id = await submit(rm, { resource });
      await until('its AppMaster', () => node.starts.length === at + 1);
      t.like(await appOf(rm, id), { allocatedMB, allocatedVCores: 1 });
    }
  });
}
