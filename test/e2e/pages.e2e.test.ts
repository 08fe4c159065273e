/** The two pages in a real browser. `WEFT_SCREENSHOTS=folder` keeps pictures of what was looked at. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { Page } from 'playwright-core';
import { openBrowser } from './kit/browser.js';
import { EXAMPLES, TestCluster, jobIdIn } from './kit/cluster.js';

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
