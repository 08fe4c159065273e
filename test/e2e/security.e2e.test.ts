/** A real cluster that wants tokens: its own commands work as ever, strangers get nothing, on any port. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { EXAMPLES, TestCluster, jobIdIn } from './kit/cluster.js';
import { until } from './kit/until.js';

const SITE = { 'weft.security.authentication': 'token' };

interface Answer {
  status: number;
  body: unknown;
}

async function ask(url: string, token?: string, method = 'GET'): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { method, headers });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

test('with tokens required, a job runs, is listed, read and cancelled; without one nothing is told', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1, yarnSite: SITE });
  const output = join(cluster.home, 'out');
  const words = ['-t', 'yarn-per-job', '-d', join(EXAMPLES, 'endless.ts'), '--rate', '100', '--output', output];
  const submitted = await cluster.weft('run', ...words);
  t.is(submitted.code, 0, submitted.stderr);
  const jobId = jobIdIn(submitted.stdout);

  const { stdout } = await cluster.weft('token', '--hours', '1');
  const token = stdout.trim();
  const { url } = JSON.parse(readFileSync(join(cluster.home, 'cluster', 'resourcemanager.json'), 'utf8')) as {
    url: string;
  };
  const summary = async () =>
    (await ask(`${url}/weft/v1/cluster`, token)).body as {
      nodeManagers: { url: string }[];
      applications: { id: string; trackingUrl: string }[];
    };
  const application = await until('its JobManager', async () =>
    (await summary()).applications.find(({ trackingUrl }) => trackingUrl !== ''),
  );
  const nodeUrl = (await summary()).nodeManagers[0]?.url ?? '';
  const jobManager = application.trackingUrl.replace(/\/$/, '');
  const strange = [
    `${url}/ws/v1/cluster/apps`,
    `${url}/proxy/${application.id}/jobs/overview`,
    `${nodeUrl}/ws/v1/node/containers`,
    `${nodeUrl}/ws/v1/node/applogs/${application.id}`,
    `${jobManager}/jobs/overview`,
    `${jobManager}/`,
  ];
  for (const each of strange) t.is((await ask(each)).status, 401, each);
  t.is((await ask(`${jobManager}/jobs/${jobId}`, undefined, 'PATCH')).status, 401);
  t.is((await ask(`${jobManager}/jobs/${jobId}`, token)).status, 401, 'the cluster’s token is not for applications');
  t.is((await ask(`${nodeUrl}/ws/v1/node/containers`, token)).status, 200);
  const proxied = await ask(`${url}/proxy/${application.id}/jobs/${jobId}`, token);
  t.like(proxied.body, { state: 'RUNNING' });

  t.regex((await cluster.weft('list')).stdout, new RegExp(jobId));
  t.regex((await cluster.weft('logs', application.id)).stdout, /taskmanager|jobmanager|appmaster/);
  const cancelled = await cluster.weft('cancel', jobId);
  t.is(cancelled.code, 0, cancelled.stderr);
});
