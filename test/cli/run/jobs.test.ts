import test, { type ExecutionContext } from 'ava';
import { FakeJobManager } from './fake-job-manager.js';
import { folderWith, weft } from './weft.js';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const C = 'c'.repeat(32);

async function withJobs(t: ExecutionContext): Promise<FakeJobManager> {
  const jobManager = await FakeJobManager.start(t);
  const at = (day: number): number => new Date(2026, 10, day, 12, 57, 40).getTime();
  jobManager.overview = [
    { jid: C, name: 'Ended', state: 'FINISHED', 'start-time': at(3) },
    { jid: B, name: 'Later', state: 'RESTARTING', 'start-time': at(5) },
    { jid: A, name: 'Windowed Count', state: 'RUNNING', 'start-time': at(4) },
  ];
  return jobManager;
}

test('weft list prints Flink’s lines', async (t) => {
  const jobManager = await withJobs(t);
  const folder = folderWith({});
  const list = async (...flags: string[]): Promise<string[]> => {
    const { code, stdout } = await weft(folder, 'list', '-m', jobManager.address, ...flags);
    t.is(code, 0);
    return stdout.trimEnd().split('\n');
  };
  const running = [
    '------------------ Running/Restarting Jobs -------------------',
    `04.11.2026 12:57:40 : ${A} : Windowed Count (RUNNING)`,
    `05.11.2026 12:57:40 : ${B} : Later (RESTARTING)`,
    '--------------------------------------------------------------',
  ];
  const terminated = [
    '---------------------- Terminated Jobs -----------------------',
    `03.11.2026 12:57:40 : ${C} : Ended (FINISHED)`,
    '--------------------------------------------------------------',
  ];
  t.deepEqual(await list(), ['Waiting for response...', ...running, 'No scheduled jobs.']);
  t.deepEqual(await list('-r'), ['Waiting for response...', ...running]);
  t.deepEqual(await list('-s'), ['Waiting for response...', 'No scheduled jobs.']);
  t.deepEqual(await list('-a'), ['Waiting for response...', ...running, 'No scheduled jobs.', ...terminated]);
  jobManager.overview = [];
  t.deepEqual(await list('-a'), ['Waiting for response...', 'No running jobs.', 'No scheduled jobs.']);
});

test('weft cancel prints Flink’s lines', async (t) => {
  const jobManager = await withJobs(t);
  const { code, stdout } = await weft(folderWith({}), 'cancel', A.toUpperCase(), '-m', jobManager.address);
  t.is(stdout, `Cancelling job ${A}.\nCancelled job ${A}.\n`);
  t.is(code, 0);
  t.deepEqual(jobManager.cancelled, [A]);
});

test('wrong arguments are told on stdout', async (t) => {
  const folder = folderWith({ 'notes.md': 'Not a program.' });
  const help = '\n\nUse the help option (-h or --help) to get help on the command.\n';
  const expected: [string[], string][] = [
    [['cancel'], 'Missing JobID. Specify a JobID to cancel a job.'],
    [
      ['cancel', 'zzz'],
      'Cannot parse JobID from "zzz". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.',
    ],
    [['list', '--zzz'], 'Unrecognized option: --zzz'],
    [['run', '-p', '0', 'x.ts'], 'The parallelism must be a positive number: 0'],
    [['run'], 'The program to run must be named: a TypeScript or JavaScript file.'],
    [['run', '-t', 'local', 'nope.ts'], 'The program nope.ts does not exist.'],
    [['run', '-t', 'local', 'notes.md'], 'The program notes.md is no TypeScript or JavaScript file.'],
    [['run', '-m', 'no host', 'notes.md'], '"no host" is no address: write host:port or http://host:port.'],
    [['run', '-t'], 'Missing argument for option: t'],
  ];
  for (const [args, message] of expected) {
    const { code, stdout } = await weft(folder, ...args);
    t.is(stdout.split('\n\nUse')[0], message.trimEnd(), args.join(' '));
    t.true(stdout.endsWith(help));
    t.is(code, 1);
  }
});

test('a job that the JobManager does not know is told as such', async (t) => {
  const jobManager = await withJobs(t);
  jobManager.unknownJobs = true;
  const { code, stderr } = await weft(folderWith({}), 'cancel', A, '-m', jobManager.address);
  t.is(code, 1);
  t.regex(stderr, new RegExp(`Job ${A} not found[\\s\\S]*weft list -a[\\s\\S]*Code: +JOB_NOT_FOUND`));
});
