/** kill -9 of whatever a seed says, while numbers go through Kafka, a job and Kafka again. */
import { randomFrom } from '../../e2e/kit/chaos.js';
import type { Role, TestCluster } from '../../e2e/kit/cluster.js';
import { until } from '../../e2e/kit/until.js';
import type { KafkaDriver } from '../../../runtime/connectors/kafka/driver/driver.js';
import { connectDriver, readAll } from './read-all.js';
import type { KafkaBroker } from './broker.js';
import { deviations, expectedResults, feed, WINDOW_MS, writeProgram } from './exactly-once-job.js';
import type { Topics } from './topics.js';

type Victim = Role | 'broker' | 'precommitted';

/** Each role at least once, and the moment between pre-commit and commit at least three times; then by chance. */
const FIRST: readonly Victim[] = [
  ...(['taskmanager', 'precommitted', 'jobmanager', 'precommitted', 'appmaster', 'precommitted'] as const),
  ...(['nodemanager', 'resourcemanager', 'broker'] as const),
];
const LATER: readonly Victim[] = [
  'taskmanager',
  'taskmanager',
  'jobmanager',
  'appmaster',
  'precommitted',
  'nodemanager',
];

/** Windows that are fed between two kills. */
const WINDOWS_PER_KILL = 3;
const FEED_AGAIN_MS = 3000;

export interface KillRunOptions {
  cluster: TestCluster;
  broker: KafkaBroker;
  topics: Topics;
  guarantee: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE';
  kills: number;
  seed: number;
}

export interface KillRun {
  killed: Victim[];
  /** Results that are not there once, with how often they are there. */
  wrong: Map<string, number>;
}

export async function killRun(options: KillRunOptions): Promise<KillRun> {
  const { cluster, broker, topics, guarantee, kills, seed } = options;
  const [from, to] = [await topics.create(2), await topics.create(2)];
  let driver = await connectDriver(broker.bootstrapServers);
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-Dyarn.application-attempts=1000'];
  const args = [broker.bootstrapServers, from, to, guarantee, '100', `${guarantee}-${seed}`];
  const submitted = await cluster.weft(...run, writeProgram(cluster.home), ...args);
  if (submitted.code !== 0) throw new Error(submitted.stderr);
  const random = randomFrom(seed);
  const killed: Victim[] = [];
  let windows = 0;
  const feedWindows = async (count: number): Promise<void> => {
    await feed(driver, from, windows * WINDOW_MS, (windows + count) * WINDOW_MS);
    windows += count;
  };
  /** The last window that was fed is open still. */
  const results = (): string[] => expectedResults((windows - 1) * WINDOW_MS);
  const untilOut = async (): Promise<void> => {
    let fedMs = Date.now();
    await until(
      `${results().length} results after ${killed.join(' ')}`,
      async () => {
        // A restored job knows how far event time has come only from records that it reads anew.
        if (Date.now() - fedMs > FEED_AGAIN_MS) {
          await feedWindows(1);
          fedMs = Date.now();
        }
        return (await resultCount(driver, to)) >= results().length;
      },
      90_000,
    );
  };
  await feedWindows(2);
  await untilOut();
  while (killed.length < kills) {
    const victim = FIRST[killed.length] ?? LATER[Math.floor(random() * LATER.length)];
    await feedWindows(WINDOWS_PER_KILL);
    // Somewhere between the arrival of the records and the commit of what they lead to.
    await waitMs(random() * 300);
    if (victim === 'broker') {
      await broker.kill();
      await broker.resume();
      await driver.close();
      driver = await connectDriver(broker.bootstrapServers);
    } else if (victim === 'precommitted') {
      await killPrecommitted(cluster, driver, guarantee);
    } else {
      cluster.kill(victim);
    }
    killed.push(victim);
    await untilOut();
  }
  const wrong = await deviations(driver, to, results());
  await driver.close();
  return { killed, wrong };
}

/** The TaskManagers die while a transaction is open: with a checkpoint each 100 ms, it is mostly one that waits for its commit. */
async function killPrecommitted(cluster: TestCluster, driver: KafkaDriver, guarantee: string): Promise<void> {
  if (guarantee === 'EXACTLY_ONCE') {
    await until('an open transaction', async () => (await driver.openTransactions()).length > 0, 5000).catch(
      () => undefined,
    );
  }
  for (const { pid } of [...cluster.processes('jobmanager'), ...cluster.processes('taskmanager')]) {
    process.kill(pid, 'SIGKILL');
  }
}

async function resultCount(driver: KafkaDriver, topic: string): Promise<number> {
  return new Set((await readAll(driver, topic)).map(({ value }) => value)).size;
}

function waitMs(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/** For messages: the first of what is wrong. */
export function some(wrong: ReadonlyMap<string, number>): string[] {
  return [...wrong].slice(0, 10).map(([result, count]) => `${result}: ${count} times`);
}
