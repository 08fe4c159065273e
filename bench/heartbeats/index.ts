/**
 * `npm run bench -- heartbeats`: how late the event loop of a ResourceManager is while 10,000 NodeManagers, in another
 * process and over WebSockets of their own, heartbeat each second, and 100 applications get and return containers.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '../../runtime/common/clock.js';
import { WeftHome, readJson, type RoleRecord } from '../../runtime/common/home.js';
import type { BenchOptions } from '../bench-options.js';
import { plainFigure } from '../figure.js';
import { poll } from '../poll.js';
import type { LoopDelay } from './loop-delay.js';

const NODES = 10_000;
const APPLICATIONS = 100;
const SETTLE_MS = 10_000;
const MEASURE_MS = 20_000;

const moduleAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Of the process with the nodes, since it began. */
interface Counts {
  heartbeats: number;
  containers: number;
}

export async function benchHeartbeats({ scale, folder, report }: BenchOptions): Promise<void> {
  const nodes = Math.round(NODES * scale);
  const home = new WeftHome(join(folder, 'heartbeats'));
  const resourceManager = startResourceManager(home, folder);
  const children = [resourceManager];
  try {
    const url = await poll('the ResourceManager', () => readJson<RoleRecord>(home.clusterFile('resourcemanager'))?.url);
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as ['ignore', 'ignore', 'inherit', 'ipc'];
    const cluster = fork(moduleAt('nodes.js'), [url, home.path, String(nodes)], { stdio });
    children.push(cluster);
    await answerOf<'ready'>(cluster);
    for (let i = 0; i < Math.ceil(APPLICATIONS * scale); i++) await submit(url, i);
    await sleep(systemClock, SETTLE_MS);
    const before = await ask<Counts>(cluster, 'count');
    resourceManager.send('reset');
    await sleep(systemClock, MEASURE_MS);
    const late = await ask<LoopDelay>(resourceManager, 'read');
    const after = await ask<Counts>(cluster, 'count');
    const perSecond = (of: keyof Counts): number => ((after[of] - before[of]) * 1000) / MEASURE_MS;
    report(plainFigure('heartbeats-p99', late.p99Ms, 'ms'));
    report(plainFigure('heartbeats-p50', late.p50Ms, 'ms'));
    report(plainFigure('heartbeats-max', late.maxMs, 'ms'));
    report(plainFigure('heartbeats-rate', perSecond('heartbeats'), 'heartbeats/s'));
    report(plainFigure('heartbeats-given', perSecond('containers'), 'containers/s'));
    report(plainFigure('heartbeats-cpu', (late.cpuMs * 100) / MEASURE_MS, '% of a core'));
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

function startResourceManager(home: WeftHome, folder: string): ChildProcess {
  const conf = join(folder, 'heartbeats-conf');
  mkdirSync(conf, { recursive: true });
  writeFileSync(join(conf, 'yarn-site.xml'), '<configuration/>');
  const log = openSync(join(folder, 'heartbeats.log'), 'w');
  return fork(moduleAt('../../roles/resourcemanager.mjs'), ['--home', home.path, '--conf', conf, '--port', '0'], {
    execArgv: ['--import', new URL('loop-delay.js', import.meta.url).href],
    stdio: ['ignore', log, log, 'ipc'],
  });
}

async function submit(url: string, number: number): Promise<void> {
  const created = await post(`${url}/ws/v1/cluster/apps/new-application`, {});
  const { 'application-id': id } = (await created.json()) as { 'application-id': string };
  const accepted = await post(`${url}/ws/v1/cluster/apps`, {
    ...{ 'application-id': id, 'application-name': `bench-${number}`, 'application-type': 'BENCH' },
    ...{ resource: { memory: 1024, vCores: 1 }, 'am-container-spec': { commands: { command: 'none' } } },
  });
  if (!accepted.ok) throw new Error(`The submission was refused: ${await accepted.text()}`);
}

function post(url: string, body: object): Promise<Response> {
  return fetch(url, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  });
}

function ask<T>(child: ChildProcess, question: string): Promise<T> {
  const answer = answerOf<T>(child);
  child.send(question);
  return answer;
}

/** The next message of the process. @throws Error once it has ended without one */
async function answerOf<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
    throw new Error(`A process of the benchmark ended with ${String(code ?? signal)} before it answered.`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [T];
  return message;
}
