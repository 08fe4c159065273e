/** The role as a real process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { readJson, type RoleRecord } from '../../runtime/common/home.js';
import { newFolder, submit, until } from './fixtures.js';

const MAIN = fileURLToPath(new URL('../../resourcemanager/main.js', import.meta.url));

interface Run {
  process: ChildProcess;
  stderr: () => string;
  exited: Promise<number | null>;
}

function newHome(t: ExecutionContext): string {
  const home = newFolder();
  mkdirSync(join(home, 'conf'));
  t.teardown(() => {
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

function run(t: ExecutionContext, home: string, ...flags: string[]): Run {
  const child = spawn(process.execPath, [MAIN, '--home', home, '--conf', join(home, 'conf'), ...flags], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { process: child, stderr: () => stderr, exited };
}

function recordOf(home: string, { process: { pid } }: Run): Promise<RoleRecord> {
  return until('the record', () => {
    const record = readJson<RoleRecord>(join(home, 'cluster', 'resourcemanager.json'));
    return record?.pid === pid && record;
  });
}

test.serial('it says where it is, keeps its port over kill -9, and leaves in order', async (t) => {
  const home = newHome(t);
  const first = run(t, home);
  const { url } = await recordOf(home, first);
  const id = await submit({ url });
  t.is(statSync(join(home, 'security', 'cluster.key')).mode & 0o777, 0o600);
  first.process.kill('SIGKILL');
  await first.exited;

  const second = run(t, home);
  t.is((await recordOf(home, second)).url, url);
  t.is((await fetch(`${url}/ws/v1/cluster/apps/${id}`)).status, 200);

  const rival = run(t, home);
  t.is(await rival.exited, 1);
  t.regex(rival.stderr(), /another ResourceManager has it open/);

  second.process.kill('SIGTERM');
  t.is(await second.exited, 0);
  t.false(existsSync(join(home, 'cluster', 'resourcemanager.json')));
});

test.serial('what it cannot start with it names, and ends', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  t.teardown(() => taken.close());
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const onTaken = run(t, newHome(t), '--port', String(port));
  t.is(await onTaken.exited, 1);
  t.regex(onTaken.stderr(), new RegExp(`PORT_TAKEN.*127\\.0\\.0\\.1:${port} is already in use`));

  const home = newHome(t);
  const property = '<property><name>yarn.resourcemanager.scheduler.class</name><value>lottery</value></property>';
  writeFileSync(join(home, 'conf', 'yarn-site.xml'), `<configuration>\n${property}\n</configuration>`);
  const badScheduler = run(t, home);
  t.is(await badScheduler.exited, 1);
  t.regex(badScheduler.stderr(), /no scheduler \\"lottery\\" \(set by .*yarn-site\.xml:2\)\. There is: fifo/);
});
