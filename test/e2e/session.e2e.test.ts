import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { EXAMPLES, TestCluster, getJson, jobIdIn } from './kit/cluster.js';
import { until } from './kit/until.js';
import { countWords, totals } from './kit/word-count.js';

const OPTICKS = join(EXAMPLES, 'data', 'opticks.txt');
const WORD_COUNT = join(EXAMPLES, 'word-count.ts');
const ENDLESS = join(EXAMPLES, 'endless.ts');

interface Overview {
  taskmanagers: number;
  'slots-total': number;
  'slots-available': number;
}

test('jobs share a session, wait for slots with a message, and idle TaskManagers are given back', async (t) => {
  const cluster = await TestCluster.start(t);
  const started = await cluster.yarnSession(
    ...['-s', '2', '-jm', '512m', '-tm', '1g', '-nm', 'demo', '-qu', 'default', '-d'],
    ...['-D', 'resourcemanager.taskmanager-timeout=1 s', '-D', 'slotmanager.number-of-slots.max=2'],
  );
  t.is(started.code, 0, started.stderr);
  t.regex(started.stdout, /JobManager Web Interface: http:\/\/127\.0\.0\.1:\d+/);
  const { applications } = await cluster.status();
  t.like(applications[0], { name: 'demo', state: 'RUNNING' });
  const manager = await cluster.jobManager();

  // One after another: the second job finds the TaskManager that the first one brought.
  for (const name of ['a', 'b']) {
    const output = join(cluster.home, name);
    const { code, stderr } = await cluster.weft(
      ...['run', '-t', 'yarn-session', '-p', '2', WORD_COUNT, '--input', OPTICKS, '--output', output],
    );
    t.is(code, 0, stderr);
    t.deepEqual(totals(output), countWords(OPTICKS));
  }

  // At the same time while slots allow; the third waits and says why.
  const endless = async (name: string): Promise<string> => {
    const args = [
      'run',
      '-t',
      'yarn-session',
      '-d',
      '-p',
      '1',
      ENDLESS,
      '--rate',
      '50',
      '--output',
      join(cluster.home, name),
    ];
    const { stdout } = await cluster.weft(...args);
    return jobIdIn(stdout);
  };
  const first = await endless('one');
  const second = await endless('two');
  await cluster.untilJob(manager, first, 'RUNNING');
  await cluster.untilJob(manager, second, 'RUNNING');
  const third = cluster.spawn('weft', [
    'run',
    '-t',
    'yarn-session',
    '-p',
    '1',
    ENDLESS,
    '--rate',
    '50',
    '--output',
    join(cluster.home, 'three'),
  ]);
  await until('the message about waiting', () => /wait/i.test(third.output() + third.errors()));
  t.regex(third.output() + third.errors(), /slot/);
  await cluster.weft('cancel', first);
  const thirdId = jobIdIn(third.output());
  await cluster.untilJob(manager, thirdId, 'RUNNING');
  await cluster.weft('cancel', second);
  await cluster.weft('cancel', thirdId);
  t.is((await third.ended).code, 1);

  await until(
    'the idle TaskManager to be given back',
    async () => (await getJson<Overview>(`${manager}/overview`)).taskmanagers === 0,
  );
  await until('its process to end', () => cluster.processes('taskmanager').length === 0);
});

test('a session is found by its id, attached to, and stopped from the terminal', async (t) => {
  const cluster = await TestCluster.start(t);
  await cluster.yarnSession('-s', '1', '-d');
  const { applications } = await cluster.status();
  const id = applications[0].id;
  const properties = join(cluster.home, `.yarn-properties-${process.env['USER'] ?? 'root'}`);
  t.true(existsSync(properties));

  for (const target of [['-id', id], [`-Dyarn.application.id=${id}`]]) {
    const { code, stdout, stderr } = await cluster.weft('run', '-t', 'yarn-session', ...target, WORD_COUNT);
    t.is(code, 0, stderr);
    t.regex(stdout, /has finished/);
  }

  const attached = await cluster.command('yarn-session', ['-id', id], 'help\nstop\n');
  t.is(attached.code, 0, attached.stderr);
  t.regex(attached.stderr, /stop/);
  const ended = await cluster.untilApplication(id, 'FINISHED');
  t.is(ended.finalStatus, 'SUCCEEDED');
  t.false(existsSync(properties));

  const lost = await cluster.weft('run', '-t', 'yarn-session', WORD_COUNT);
  t.is(lost.code, 1);
  t.regex(lost.stderr + lost.stdout, /session/);
});

test('weft app -kill ends a session too', async (t) => {
  const cluster = await TestCluster.start(t);
  await cluster.yarnSession('-s', '1', '-d');
  const { applications } = await cluster.status();
  t.is((await cluster.weft('app', '-kill', applications[0].id)).code, 0);
  await cluster.untilApplication(applications[0].id, 'KILLED');
  await until(
    'its processes to end',
    () => cluster.processes('appmaster').length + cluster.processes('jobmanager').length === 0,
  );
});
