/** A ResourceManager with a node and an application that runs, which whatever is wrong elsewhere must not disturb. */
import { rmSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { FakeAppMaster, FakeNode, appOf, newFolder, startResourceManager, submit, until } from './fixtures.js';

export interface RunningApplication {
  readonly rm: ResourceManager;
  readonly node: FakeNode;
  readonly master: FakeAppMaster;
  readonly applicationId: string;
}

/** @param options of the ResourceManager; kept, so that a test may change what it reads later */
export async function runningApplication(
  t: ExecutionContext,
  options?: Parameters<typeof startResourceManager>[1],
): Promise<RunningApplication> {
  const folder = newFolder();
  const rm = await startResourceManager(folder, options);
  const node = new FakeNode(() => rm.url, 'good:1', { memoryMb: 8192, vcores: 32 }).start();
  const closing: FakeAppMaster[] = [];
  t.teardown(async () => {
    for (const { client } of [node, ...closing]) client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the node', () => node.registrations > 0);
  const applicationId = await submit(rm);
  const { context } = await until('its start', () => node.starts[0]);
  const master = new FakeAppMaster(() => rm.url, context);
  closing.push(master);
  await until('its registration', () => master.registrations > 0);
  return { rm, node, master, applicationId };
}

/** It still gets containers, and nobody waits for any. */
export async function goesOn(t: ExecutionContext, { rm, master, applicationId }: RunningApplication): Promise<void> {
  const before = master.allocated.length;
  await master.ask(1, 128);
  await until('a container as ever', () => master.allocated.length === before + 1);
  t.like(await appOf(rm, applicationId), { state: 'RUNNING' });
  t.is(rm.view.scheduler.totals().pendingContainers, 0);
}
