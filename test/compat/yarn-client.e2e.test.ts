/** A client of YARN's that knows nothing of Weft, `yarn-api-client` from PyPI, goes through all that it can do. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { TestCluster } from '../e2e/kit/cluster.js';
import { ROOT } from '../tidy/sources.js';

const CLIENT = 'yarn-api-client==1.0.3';
const CHECKS = join(ROOT, 'test', 'compat', 'client_check.py');

const run = promisify(execFile);
const packages = mkdtempSync(join(tmpdir(), 'weft-pypi-'));

test.before('the client is installed', async () => {
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, CLIENT]);
});

test.after.always(() => {
  rmSync(packages, { recursive: true, force: true });
});

/** @returns what the checks print, a line each; those that fail make it throw */
async function check(url: string, ...options: string[]): Promise<string> {
  const env = { ...process.env, PYTHONPATH: packages };
  return run('python3', [CHECKS, url, ...options], { env }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error as { stdout?: string }).stdout ?? String(error),
  );
}

test('on the FIFO scheduler', async (t) => {
  const cluster = await TestCluster.start(t);
  const { resourceManager } = await cluster.status();
  t.regex(await check(resourceManager?.url ?? ''), /^38\/38 PASS, scheduler=fifoScheduler$/m);
});

const CAPACITY = {
  'yarn.scheduler.capacity.root.queues': 'default,dev',
  'yarn.scheduler.capacity.root.default.capacity': '40',
  'yarn.scheduler.capacity.root.default.maximum-capacity': '100',
  'yarn.scheduler.capacity.root.default.maximum-am-resource-percent': '0.5',
  'yarn.scheduler.capacity.root.dev.capacity': '60',
  'yarn.scheduler.capacity.root.dev.maximum-am-resource-percent': '0.5',
};

function hadoopXml(properties: Record<string, string>): string {
  const entries = Object.entries(properties);
  return `<configuration>${entries
    .map(([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`)
    .join('\n')}</configuration>`;
}

test('on the Capacity scheduler', async (t) => {
  const cluster = await TestCluster.start(t, {
    yarnSite: {
      'yarn.resourcemanager.scheduler.class':
        'org.apache.hadoop.yarn.server.resourcemanager.scheduler.capacity.CapacityScheduler',
      'yarn.cluster.max-application-priority': '10',
    },
    files: { 'capacity-scheduler.xml': hadoopXml(CAPACITY) },
  });
  const { resourceManager } = await cluster.status();
  t.regex(await check(resourceManager?.url ?? ''), /^46\/46 PASS, scheduler=capacityScheduler$/m);
});

const ALLOCATIONS = `<allocations>
  <queue name="default"/>
  <queue name="dev"/>
</allocations>`;

test('on the Fair scheduler', async (t) => {
  const cluster = await TestCluster.start(t, {
    yarnSite: {
      'yarn.resourcemanager.scheduler.class':
        'org.apache.hadoop.yarn.server.resourcemanager.scheduler.fair.FairScheduler',
    },
    files: { 'fair-scheduler.xml': ALLOCATIONS },
  });
  const { resourceManager } = await cluster.status();
  t.regex(await check(resourceManager?.url ?? ''), /^39\/39 PASS, scheduler=fairScheduler$/m);
});
