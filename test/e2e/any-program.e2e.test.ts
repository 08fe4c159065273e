/** Applications that are no streaming jobs: submitted by a command, run by an AppMaster of their own. */
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { EXAMPLES, TestCluster } from './kit/cluster.js';

test('the distributed shell runs a command in containers; what fails or lasts too long says so', async (t) => {
  const cluster = await TestCluster.start(t);
  cpSync(join(EXAMPLES, 'distributed-shell'), cluster.home, { recursive: true });
  writeFileSync(join(cluster.home, 'bad.mjs'), 'process.exit(7);');
  const submit = (resources: string, command: string, ...more: string[]): ReturnType<TestCluster['weft']> =>
    cluster.weft('app', '-submit', '--resources', resources, '--am-command', command, ...more);
  const shell = '{{NODE}} distributed-shell.mjs --containers 3 --memory 128 -- {{NODE}}';

  const [good, bad, expired] = await Promise.all([
    submit('distributed-shell.mjs,hello.mjs', `${shell} hello.mjs 1><LOG_DIR>/stdout 2><LOG_DIR>/stderr`),
    submit('distributed-shell.mjs,other.mjs=bad.mjs', `${shell} other.mjs`),
    submit('hello.mjs', 'sleep 100', '--lifetime', '1', '--json'),
  ]);
  t.is(good.code, 0, good.stdout + good.stderr);
  t.regex(good.stdout, /3 of 3 containers succeeded/);
  const id = /application_\d+_\d+/.exec(good.stdout)?.[0] ?? '';
  const { stdout: logs } = await cluster.weft('logs', id);
  t.is(logs.match(/Hello from container_/g)?.length, 3, logs);

  t.is(bad.code, 1);
  t.regex(bad.stdout, /Final-State : FAILED/);
  t.regex(bad.stdout, /0 of 3 containers succeeded/);
  t.is(expired.code, 1);
  t.like(JSON.parse(expired.stdout), { state: 'KILLED' });
  t.regex(expired.stdout, /exceeded the lifetime period/);
});

test('a submission that cannot be is refused before anything runs', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  for (const [args, message] of [
    [[], /-submit needs --am-command/],
    [['--am-command', 'a | b'], /"\|" is not a plain word/],
    [['--am-command', 'a', '--resources', 'nowhere.sh'], /nowhere\.sh is no file/],
    [['--am-command', 'a', '--am-memory', '1.5'], /--am-memory is a whole number/],
    [['--am-command', 'a', '--am-memory', '999999'], /999999/],
    [['--am-command', 'a', '-qu', 'nowhere'], /nowhere/],
  ] as const) {
    const { code, stdout, stderr } = await cluster.weft('app', '-submit', ...args);
    t.not(code, 0);
    t.regex(stdout + stderr, message);
  }
  t.deepEqual((await cluster.status()).applications, []);
});
