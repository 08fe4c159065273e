/** What a pair of ResourceManagers must live through, wherever their state lies. */
import type { ExecutionContext } from 'ava';
import { processStartTicks, sendSignal } from '../../../runtime/common/process/process-identity.js';
import { LightApplications } from './light-applications.js';
import type { TwoResourceManagers } from './two-resource-managers.js';
import { until } from './until.js';

const APPLICATIONS = 20;

/** @param limitMs by when new work must run after the loss of a leader */
export async function failoverStory(t: ExecutionContext, pair: TwoResourceManagers, limitMs: number): Promise<void> {
  const applications = new LightApplications(pair.cluster, () => pair.leaderUrl());
  await applications.submit(APPLICATIONS);
  await applications.running(APPLICATIONS);
  const before = applications.containers();

  /** New work, from the loss of the leader on. */
  const newWork = async (how: string, lostMs: number): Promise<void> => {
    const id = await applications.submitOne();
    await until('new work', async () => {
      await applications.adopt();
      return (await applications.views()).get(id)?.state === 'RUNNING';
    });
    const tookMs = Math.round(performance.now() - lostMs);
    t.log(`${how}: new work ran after ${tookMs} ms`);
    t.true(tookMs < limitMs, `it took ${tookMs} ms`);
  };

  const first = await pair.leader();
  let lostMs = performance.now();
  process.kill(pair.pidOf(first), 'SIGKILL');
  await newWork('kill -9 of the leader', lostMs);

  const second = await pair.leader();
  await until('both to be up', async () => (await pair.states()).length === 2);
  const frozen = pair.pidOf(second);
  lostMs = performance.now();
  process.kill(frozen, 'SIGSTOP');
  try {
    await newWork('the leader frozen', lostMs);
  } finally {
    // Stopped in the midst of a write, it was killed by the one that took over, and is started again.
    if (!sendSignal(frozen, 'SIGCONT')) t.log('it had stopped in the midst of a write');
  }
  const woke = processStartTicks(frozen) !== undefined;
  t.not(await pair.leader(second), second);
  await pair.untilStandby(second);

  await applications.running(APPLICATIONS + 2);
  const after = applications.containers();
  for (const [container, pid] of before) t.is(after.get(container), pid, `${container} runs on`);
  const views = await until('all AppMasters to be back', async () => {
    const all = await applications.views();
    return [...all.values()].every(({ state, allocatedMB }) => state === 'RUNNING' && allocatedMB === 256) && all;
  });
  t.is(views.size, APPLICATIONS + 2, 'none is lost, none is there twice');
  t.deepEqual(applications.shutdowns, []);
  if (woke) t.is(pair.pidOf(second), frozen, 'who woke up stands by in the same process');
  await applications.finish();
}
