import { join } from 'node:path';
import test from 'ava';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import { EXAMPLES, TestCluster, getJson, jobIdIn } from './kit/cluster.js';
import { until } from './kit/until.js';
import { countWords, totals } from './kit/word-count.js';

const OPTICKS = join(EXAMPLES, 'data', 'opticks.txt');
const WORD_COUNT = join(EXAMPLES, 'word-count.ts');
const ENDLESS = join(EXAMPLES, 'endless.ts');

test('a per-job word count goes through the whole chain and leaves nothing', async (t) => {
  const cluster = await TestCluster.start(t);
  const output = join(cluster.home, 'words');
  const { code, stdout, stderr } = await cluster.weft(
    ...['run', '-t', 'yarn-per-job', '-p', '2', WORD_COUNT, '--input', OPTICKS, '--output', output],
  );
  t.is(code, 0, stderr);
  const jobId = jobIdIn(stdout);
  t.regex(
    stdout,
    new RegExp(`Program execution finished\\nJob with JobID ${jobId} has finished\\.\\nJob Runtime: \\d+ ms`),
  );
  t.deepEqual(totals(output), countWords(OPTICKS));

  const { applications } = await cluster.status();
  t.is(applications.length, 1);
  const application = await cluster.untilApplication(applications[0].id, 'FINISHED');
  t.is(application.finalStatus, 'SUCCEEDED');
  await until('its processes to end', () =>
    ['appmaster', 'jobmanager', 'taskmanager'].every((role) => cluster.processes(role as never).length === 0),
  );

  const { events } = JSON.parse(
    (await cluster.weft('app', '-status', application.id, '--events', '--json')).stdout,
  ) as {
    events: ChainEvent[];
  };
  const firsts = Array.from({ length: 10 }, (_, i) => events.find(({ step }) => step === i + 1));
  t.deepEqual(
    firsts.map((event) => event?.step),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const times = firsts.map((event) => event?.timeMs ?? 0);
  for (const step of [2, 3, 4, 5, 6, 7])
    t.true(times[step - 1] >= times[step - 2], `step ${step} came before step ${step - 1}`);
  t.true(times[7] >= times[6], 'a TaskManager was heard before it registered');
  t.is(firsts[6]?.detail['slots'], 1);
  t.true(Number(firsts[6]?.detail['memoryMb'] ?? 0) > 0);
  const roles = new Set(events.map(({ role }) => role));
  t.true(roles.has('resourcemanager') && roles.has('appmaster') && roles.has('jobmanager'));
  const text = (await cluster.weft('app', '-status', application.id, '--events')).stdout;
  t.regex(text, /application\.submitted[^]*appmaster\.registered[^]*taskmanager\.started[^]*heartbeat/);
});

test('several per-job applications run side by side; list, cancel, logs and kill find theirs', async (t) => {
  const cluster = await TestCluster.start(t);
  const submit = async (name: string): Promise<string> => {
    const { code, stdout, stderr } = await cluster.weft(
      ...[
        'run',
        '-t',
        'yarn-per-job',
        '-d',
        '-nm',
        name,
        ENDLESS,
        '--rate',
        '100',
        '--output',
        join(cluster.home, name),
      ],
    );
    t.is(code, 0, stderr);
    return jobIdIn(stdout);
  };
  const [first, second] = await Promise.all([submit('one'), submit('two')]);
  await until('both jobs to run', async () => (await cluster.weft('list')).stdout.match(/\(RUNNING\)/g)?.length === 2);
  const listed = (await cluster.weft('list')).stdout;
  t.regex(listed, /^Waiting for response\.\.\.\n-+ Running\/Restarting Jobs -+\n/m);
  t.regex(listed, new RegExp(`\\d\\d\\.\\d\\d\\.\\d{4} \\d\\d:\\d\\d:\\d\\d : ${first} : .* \\(RUNNING\\)`));

  const cancelled = await cluster.weft('cancel', first);
  t.is(cancelled.stdout, `Cancelling job ${first}.\nCancelled job ${first}.\n`);
  const { applications } = await cluster.status();
  const idOf = (name: string): string => applications.find((application) => application.name === name)?.id ?? '';
  const ended = await cluster.untilApplication(idOf('one'), 'FINISHED');
  t.is(ended.finalStatus, 'KILLED');

  const logs = await cluster.weft('logs', idOf('one'));
  t.regex(logs.stdout, /jobmanager/i);
  t.regex((await cluster.weft('app', '-list')).stdout, new RegExp(idOf('two')));
  t.is((await cluster.weft('app', '-kill', idOf('two'))).code, 0);
  await cluster.untilApplication(idOf('two'), 'KILLED');
  t.notRegex((await cluster.weft('list')).stdout, new RegExp(second));
});

test('the physical graph says where each subtask runs', async (t) => {
  const cluster = await TestCluster.start(t);
  const submitted = await cluster.weft(
    'run',
    '-t',
    'yarn-per-job',
    '-d',
    '-p',
    '2',
    ENDLESS,
    '--rate',
    '100',
    '--output',
    join(cluster.home, 'out'),
  );
  const jobId = jobIdIn(submitted.stdout);
  const manager = await cluster.jobManager();
  await cluster.untilJob(manager, jobId, 'RUNNING');
  await until('the tasks to run', async () => {
    const { vertices } = await getJson<{ vertices: { status: string }[] }>(`${manager}/jobs/${jobId}`);
    return vertices.every(({ status }) => status === 'RUNNING');
  });
  const info = await cluster.weft('info', jobId);
  t.is(info.code, 0, info.stderr);
  t.regex(info.stdout, /StreamGraph[^]*JobGraph[^]*ExecutionGraph[^]*container_\d+/);
});
