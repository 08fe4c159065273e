/** The two pages in a real browser. `WEFT_SCREENSHOTS=folder` keeps pictures of what was looked at. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Page } from 'playwright-core';
import { openBrowser } from './kit/browser.js';
import { EXAMPLES, TestCluster, jobIdIn } from './kit/cluster.js';

const FAILING = `
import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements(1).map((n): number => { throw new RangeError('no ' + n); }).name('Fragile').print();
await env.execute('failing');
`;

async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['WEFT_SCREENSHOTS'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

test('the cluster’s page and the job’s page show what runs', async (t) => {
  const cluster = await TestCluster.start(t);
  const submitted = await cluster.weft(
    ...['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-nm', 'endless demo'],
    ...[join(EXAMPLES, 'endless.ts'), '--rate', '500', '--output', join(cluster.home, 'out')],
  );
  const jobId = jobIdIn(submitted.stdout);
  const manager = await cluster.jobManager();
  await cluster.untilJob(manager, jobId, 'RUNNING');
  const { resourceManager } = await cluster.status();
  const { page, problems } = await openBrowser(t);

  await page.goto(`${resourceManager?.url}/`);
  await page.getByText('endless demo').waitFor();
  t.is(await page.locator('section', { hasText: 'Nodes' }).first().locator('tbody tr').count(), 2);
  await picture(page, 'cluster');

  await page.getByText('Queues', { exact: true }).click();
  await page.locator('section', { hasText: 'scheduler' }).locator('td', { hasText: 'default' }).waitFor();
  await picture(page, 'queues');
  await page.getByText('Cluster', { exact: true }).click();

  await page.locator('a.id').first().click();
  await page.getByText('heartbeat.appmaster-resourcemanager').waitFor();
  await page.getByText('taskmanager.started').first().waitFor();
  await picture(page, 'application');

  // Through the ResourceManager's proxy, as YARN's users open it.
  await page.getByText('open its pages').click();
  await page.locator(`a[href="#/job/${jobId}"]`).click();
  await page.getByText('Graph').first().waitFor();
  await page
    .locator('.graph text', { hasText: /in [1-9]/ })
    .first()
    .waitFor();
  t.true((await page.locator('.graph rect').count()) >= 4);
  await page.locator('section', { hasText: 'Vertices' }).locator('tbody a').first().click();
  await page.getByText('Subtasks of').waitFor();
  await page.locator('td .id', { hasText: 'container_' }).first().waitFor();
  await picture(page, 'job');

  await page.goto(`${manager}/#/taskmanagers`);
  await page.getByText('container_').first().waitFor();
  await picture(page, 'taskmanagers');

  await page.goto(`${manager}/#/job/${'0'.repeat(32)}`);
  await page.getByText(/Job 0+ not found/).waitFor();
  await page.goto(`${resourceManager?.url}/#/app/application_1_0001`);
  await page.getByText(/^app with id: application_1_0001 not found$/).waitFor();

  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${manager}/#/job/${jobId}`);
  await page.getByText('Cancel job').click();
  // A per-job cluster ends with its job, and its page with it.
  await cluster.untilApplication((await cluster.status()).applications[0].id, 'FINISHED');
  t.deepEqual(
    problems.filter((problem) => !/Failed to load resource|ERR_CONNECTION_REFUSED/.test(problem)),
    [],
  );
});

test('a failed job shows the user’s own stack, and one that waits says what for', async (t) => {
  const cluster = await TestCluster.start(t);
  t.is((await cluster.yarnSession('-d')).code, 0);
  writeFileSync(join(cluster.home, 'failing.ts'), FAILING);
  const failed = await cluster.weft('run', 'failing.ts');
  t.is(failed.code, 1);
  const waiting = await cluster.weft('run', '-d', '-p', '50', join(EXAMPLES, 'endless.ts'));
  const manager = await cluster.jobManager();
  const { page } = await openBrowser(t);
  await page.goto(`${manager}/#/job/${jobIdIn(failed.stdout)}`);
  const exceptions = page.locator('section', { hasText: 'Exceptions' });
  await exceptions.getByText(/RangeError: no 1\n +at .*failing\.ts:\d+:\d+/).waitFor();
  t.is((await exceptions.locator('pre').innerText()).match(/^RangeError: no 1$/gm)?.length, 1, 'each stack once');
  await picture(page, 'failed-job');
  await page.goto(`${manager}/#/job/${jobIdIn(waiting.stdout)}`);
  await page.getByText(/The job is waiting for 50 slots/).waitFor();
  await picture(page, 'waiting-job');
});
