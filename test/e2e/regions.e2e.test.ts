/** Three pipelines in one job: one loses its TaskManager, one fails in the program's code, and the third goes on undisturbed. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TestCluster, getJson, jobIdIn } from './kit/cluster.js';
import { until } from './kit/until.js';
import { outputLines } from './kit/word-count.js';

const COUNT = 1500;

const PROGRAM = `import { existsSync, writeFileSync } from 'node:fs';
import { AsyncDataStream, StreamExecutionEnvironment } from 'weft-stream';
const [folder] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(100);
const slowly = async (n) => { await new Promise((resolve) => setTimeout(resolve, 10)); return [n]; };
const pipeline = (numbers, name, check = (n) => n) =>
  AsyncDataStream.orderedWait(numbers, slowly, 60_000, 'MILLISECONDS', 5)
    .keyBy((n) => n % 7)
    .map(check)
    .name(name)
    .writeAsText(folder + '/' + name);
const lines = env.readTextFile(folder + '/numbers.txt').map(Number).startNewChain();
pipeline(env.fromSequence(1, ${COUNT}).slotSharingGroup('apart'), 'killed');
pipeline(lines, 'failing', (n) => {
  if (n === 700 && !existsSync(folder + '/failed')) {
    writeFileSync(folder + '/failed', '');
    throw new Error('this time only');
  }
  return n;
});
pipeline(env.fromSequence(1, ${COUNT}), 'steady');
await env.execute('regions');
`;

interface Vertices {
  vertices: { id: string; name: string }[];
}
interface Subtasks {
  subtasks: { attempt: number; status: string; 'taskmanager-id': string }[];
}

test('only the failed region restarts', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1, config: 'taskmanager.numberOfTaskSlots: 1\n' });
  const program = join(cluster.home, 'regions.ts');
  writeFileSync(program, PROGRAM);
  const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);
  writeFileSync(join(cluster.home, 'numbers.txt'), numbers.join('\n'));
  const submitted = await cluster.weft('run', '-t', 'yarn-per-job', '-d', '-p', '1', program, cluster.home);
  t.is(submitted.code, 0, submitted.stderr);
  const manager = await cluster.jobManager();
  const jobId = jobIdIn(submitted.stdout);
  const { vertices } = await getJson<Vertices>(`${manager}/jobs/${jobId}`);
  const subtask = async (name: string): Promise<Subtasks['subtasks'][number]> => {
    const vertex = vertices.find((it) => it.name.includes(name));
    return (await getJson<Subtasks>(`${manager}/jobs/${jobId}/vertices/${vertex?.id}`)).subtasks[0];
  };
  const lines = (name: string): string[] => outputLines(join(cluster.home, name));

  await until('output', () => existsSync(join(cluster.home, 'killed')) && lines('killed').length > 100);
  const place = (await subtask('killed'))['taskmanager-id'];
  t.not(place, (await subtask('steady'))['taskmanager-id']);
  cluster.kill('taskmanager', ({ environment }) => environment['WEFT_CONTAINER_ID'] === place);
  await until('the failure', () => existsSync(join(cluster.home, 'failed')));
  const attempts = (): Promise<number[]> =>
    Promise.all(['killed', 'failing', 'steady'].map(async (name) => (await subtask(name)).attempt));
  await until('both restarts', async () => (await attempts()).join() === '1,1,0');
  t.is((await subtask('steady')).status, 'RUNNING');
  await until('the end', async () => (await cluster.status()).applications[0].state === 'FINISHED', 60_000);
  for (const name of ['killed', 'failing', 'steady']) {
    const found = lines(name).map(Number);
    t.deepEqual(
      found.toSorted((a, b) => a - b),
      numbers,
      name,
    );
  }
});
