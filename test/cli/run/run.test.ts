import test from 'ava';
import { FakeRest } from '../session/fake-rest.js';
import { FakeJobManager, endedAs } from './fake-job-manager.js';
import { folderWith, start, weft } from './weft.js';

const PROGRAM = `import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements('first', ...process.argv.slice(2)).map((word: string) => word.length).print();
const result = await env.execute('lengths');
console.log('after', result.netRuntimeMs);
`;

const ended = (lines: string[]): string => lines.map((line) => `${line}\n`).join('');

test('an attached run prints the lines that scripts know, and ends with the job', async (t) => {
  const jobManager = await FakeJobManager.start(t);
  jobManager.results = [{ status: { id: 'IN_PROGRESS' } }, endedAs('SUCCEEDED')];
  const folder = folderWith({ 'job.ts': PROGRAM });
  const { code, stdout, stderr } = await weft(folder, 'run', '-m', jobManager.address, '-p', '3', 'job.ts', '-p', '9');
  t.is(stderr, '');
  t.is(code, 0);
  const [graph] = jobManager.jobs;
  t.is(
    stdout,
    ended([
      `Job has been submitted with JobID ${graph.jobId}`,
      'Program execution finished',
      `Job with JobID ${graph.jobId} has finished.`,
      'Job Runtime: 1234 ms',
      'after 1234',
    ]),
  );
  t.is(graph.settings.parallelism, 3);
  t.deepEqual(graph.program.context.args, ['-p', '9']);
  t.true(graph.program.files.every(({ sha256 }) => jobManager.blobs.has(sha256)));
  t.is(graph.streamNodes[1].declaredAt, 'job.ts:3:53');

  const uploads = jobManager.uploads.length;
  await weft(folder, 'run', '-d', '-m', jobManager.address, 'job.ts');
  t.is(jobManager.uploads.length, uploads, 'what the cluster has is not sent again');
});

test('-d returns once the job is submitted', async (t) => {
  const jobManager = await FakeJobManager.start(t);
  const { code, stdout } = await weft(
    folderWith({ 'job.ts': PROGRAM }),
    'run',
    '-d',
    '-m',
    jobManager.address,
    'job.ts',
  );
  t.is(code, 0);
  t.is(stdout, `Job has been submitted with JobID ${jobManager.jobs[0].jobId}\nafter -1\n`);
});

test('a failed job: the root cause with the user’s line first, exit code 1', async (t) => {
  const jobManager = await FakeJobManager.start(t);
  const error = {
    code: 'INTERNAL',
    message: 'Map (subtask 0): TypeError: bad row',
    hint: 'Correct the function.',
    subject: 'Map',
    causes: [
      {
        message: 'TypeError: bad row',
        stack: [
          'TypeError: bad row',
          '    at map (job.ts:3:9)',
          '    at leave (weft-template/leaveChain:6:7)',
          '    at Array.map (<anonymous>)',
          '    at async Promise.all (index 0)',
          '    at file:///x.mjs:1:1',
        ].join('\n'),
      },
    ],
  };
  jobManager.results = [endedAs('FAILED', { class: 'TypeError', 'stack-trace': '', error })];
  const { code, stderr } = await weft(folderWith({ 'job.ts': PROGRAM }), 'run', '-m', jobManager.address, 'job.ts');
  t.is(code, 1);
  t.is(
    stderr,
    ended([
      '',
      '-'.repeat(60),
      ' The program finished with the following exception:',
      '',
      'TypeError: bad row',
      '    at map (job.ts:3:9)',
      '',
      'which led to: Map (subtask 0): TypeError: bad row',
      `which led to: Job failed (JobID: ${jobManager.jobs[0].jobId})`,
      '',
      'Where:      Map',
      'What to do: Correct the function.',
      'Code:       JOB_FAILED',
    ]),
  );
});

test('a job that was cancelled elsewhere ends the command with 1', async (t) => {
  const jobManager = await FakeJobManager.start(t);
  jobManager.results = [endedAs('CANCELED')];
  const { code, stderr } = await weft(folderWith({ 'job.ts': PROGRAM }), 'run', '-m', jobManager.address, 'job.ts');
  t.is(code, 1);
  t.regex(stderr, /Job failed \(JobID: [0-9a-f]{32}\): it was cancelled/);
});

test('waiting for slots is told, once', async (t) => {
  const jobManager = await FakeJobManager.start(t);
  jobManager.statusMessage = 'waiting for 2 slots (1 of 1 free)';
  const run = start(folderWith({ 'job.ts': PROGRAM }), ['run', '-m', jobManager.address, 'job.ts']);
  let asked = 0;
  jobManager.onDetails = () => {
    if (++asked === 2) jobManager.results = [endedAs('SUCCEEDED')];
  };
  const { stderr } = await run.ended;
  t.is(stderr, `Job ${jobManager.jobs[0].jobId} is waiting for 2 slots (1 of 1 free)\n`);
});

test('Ctrl-C leaves the job, with -sae it cancels it', async (t) => {
  for (const flags of [[], ['-sae']]) {
    const jobManager = await FakeJobManager.start(t);
    const run = start(folderWith({ 'job.ts': PROGRAM }), ['run', ...flags, '-m', jobManager.address, 'job.ts']);
    while (jobManager.jobs.length === 0) await new Promise(setImmediate);
    run.interrupt();
    const { code, stderr } = await run.ended;
    t.is(code, 130);
    t.deepEqual(jobManager.cancelled, flags.length === 0 ? [] : [jobManager.jobs[0].jobId]);
    t.regex(stderr, flags.length === 0 ? /goes on\. To end it: weft cancel/ : /Cancelling job/);
  }
});

test('Ctrl-C before the job of its own cluster runs ends that cluster', async (t) => {
  const rest = await new FakeRest().start();
  t.teardown(() => {
    rest.close();
  });
  const folder = folderWith({ 'job.ts': PROGRAM });
  const run = start(folder, [
    'run',
    '-t',
    'yarn-per-job',
    `-Dyarn.resourcemanager.webapp.address=${rest.url}`,
    'job.ts',
  ]);
  await new Promise<void>((resolve) => {
    rest.onReport = resolve;
  });
  run.interrupt();
  const { code, stderr } = await run.ended;
  t.is(code, 130);
  t.regex(stderr, /Killing application application_1700000000000_0001\.\n$/);
  t.is(rest.state, 'KILLED');
});

test('what is wrong with a program is told without a cluster being asked', async (t) => {
  const folder = folderWith({
    'syntax.ts': 'const = 1;',
    'import.ts': `import 'not-there';`,
    'throws.ts': `export {};\nthrow new RangeError('no input');`,
    'none.ts': 'export {};',
    'floating.ts': `async function main() { await Promise.resolve(); throw new RangeError('late'); }\nvoid main();`,
  });
  const run = (program: string) => weft(folder, 'run', '-m', '127.0.0.1:1', program);
  const expected: Record<string, RegExp> = {
    'syntax.ts': /syntax\.ts:1:7: [\s\S]*1 \| const = 1;[\s\S]*Code: +BUNDLE_SYNTAX/,
    'import.ts': /import\.ts:1:8: the import "not-there"[\s\S]*Code: +BUNDLE_UNRESOLVED_IMPORT/,
    'throws.ts': /\n\nRangeError: no input\n {4}at throws\.ts:2:7\n[\s\S]*Code: +BUNDLE_PROGRAM_FAILED/,
    'none.ts': /never called execute\(\)[\s\S]*Code: +BUNDLE_NO_JOB/,
    'floating.ts': /late\n {4}at main \(floating\.ts:1:\d+\)[\s\S]*Code: +BUNDLE_PROGRAM_FAILED/,
  };
  for (const [program, pattern] of Object.entries(expected)) {
    const { code, stderr } = await run(program);
    t.is(code, 1, program);
    t.regex(stderr, pattern, program);
  }
});

test('no cluster, no session, wrong arguments: each says what to do', async (t) => {
  const folder = folderWith({ 'job.ts': PROGRAM });
  const noTarget = await weft(folder, 'run', 'job.ts');
  t.regex(noTarget.stderr, /What to do: Say -t local[\s\S]*CLI_NO_TARGET/);
  const noSession = await weft(folder, 'run', '-t', 'yarn-session', 'job.ts');
  t.regex(noSession.stderr, /yarn-session -d[\s\S]*CLI_NO_SESSION/);
  const unreachable = await weft(folder, 'run', '-m', '127.0.0.1:1', 'job.ts');
  t.regex(
    unreachable.stderr,
    /The JobManager does not answer at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)\.\n\nWhat to do/,
  );
  t.regex(unreachable.stderr, /Code: +UNREACHABLE/);
  const noResourceManager = await weft(folder, 'run', '-t', 'yarn-per-job', 'job.ts');
  t.regex(noResourceManager.stderr, /No ResourceManager runs[\s\S]*UNREACHABLE/);
  const badKey = await weft(folder, 'run', '-Dparallelism.defualt=2', 'job.ts');
  t.regex(badKey.stderr, /Did you mean parallelism\.default\?/);
  const json = await weft(folder, 'run', '--json', 'job.ts');
  t.is((JSON.parse(json.stderr) as { error: { code: string } }).error.code, 'CLI_NO_TARGET');
  t.true([noTarget, noSession, unreachable, noResourceManager, badKey, json].every(({ code }) => code === 1));
});
