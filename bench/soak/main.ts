/**
 * `npm run soak -- --minutes M [--seed N] [--report FILE]`: a cluster of two nodes under a steady job, while sessions and jobs come and
 * go from a seed; then whether memory, handles, threads, files and latencies stayed flat, on the terminal and as a page with
 * curves. Exits with 1 when something grew, was left behind, or ended otherwise than it should.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { poll } from '../poll.js';
import { mix32 } from '../jobs/data/generator.js';
import { WeftCluster } from '../weft/cluster.js';
import { ComingAndGoing } from './coming-and-going.js';
import { writeReport } from './report.js';
import { Sampler, readLatencies } from './sampler.js';
import { SeriesSet, judge, type Verdict } from './series.js';

const SAMPLE_EVERY_MS = 2000;
const STEADY = fileURLToPath(new URL('../../../bench/jobs/steady.ts', import.meta.url));
/** So short that what is to be forgotten is, within the time of a soak. */
const RETENTION = {
  'yarn.resourcemanager.max-completed-applications': 10,
  'yarn.nodemanager.log.retain-seconds': 20,
  'yarn.nodemanager.duration-to-track-stopped-containers': 20_000,
  'yarn.nodemanager.localizer.cache.target-size-mb': 1,
};

const { values: given } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
    report: { type: 'string', default: 'soak-report.html' },
  },
});
const minutes = Number(given.minutes);
const seed = Number(given.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  console.error('Please give: --minutes, more than 0, and --seed, a whole number.');
  process.exit(1);
}

/** Numbers from 0 to 1, by the seed. */
function randomOf(start: number): () => number {
  let at = start;
  return () => (mix32(at++) >>> 0) / 2 ** 32;
}

function showVerdicts(verdicts: readonly Verdict[]): void {
  const table = new Table({ head: ['', 'middle', 'end', 'unit', 'verdict'], style: { head: [], border: [] } });
  for (const { name, before, after, unit, flat } of verdicts) {
    const said = flat === undefined ? 'too few readings' : flat ? 'flat' : 'GROWS';
    table.push([name, before.toFixed(1), after.toFixed(1), unit, said]);
  }
  console.log(table.toString());
}

async function soak(cluster: WeftCluster): Promise<boolean> {
  await cluster.up(2);
  const log = join(cluster.home, 'latency.log');
  await cluster.submit('-t', 'yarn-per-job', '-p', '1', STEADY, '--log', log);
  await cluster.jobManager();
  const steady = (await cluster.status()).applications[0]?.id ?? '';
  await poll('the first latencies', () => {
    try {
      readLatencies(log, new SeriesSet(), 0);
      return true;
    } catch {
      return false;
    }
  });
  const sinceMs = Date.now();
  const series = new SeriesSet();
  const sampler = new Sampler(cluster, series, sinceMs);
  sampler.watch();
  let failure: unknown;
  const timer = setInterval(() => {
    try {
      sampler.sample();
    } catch (error) {
      failure ??= error;
    }
  }, SAMPLE_EVERY_MS);
  const traffic = new ComingAndGoing(cluster, series, sinceMs, steady, randomOf(seed));
  try {
    while (Date.now() - sinceMs < minutes * 60_000 && failure === undefined) {
      await traffic.round();
      sampler.sampleRest();
    }
  } catch (error) {
    failure ??= error;
  } finally {
    clearInterval(timer);
  }
  readLatencies(log, series, sinceMs);
  const verdicts = series.all().map(judge);
  const { sessions, perJobs, cancelled } = traffic.tally;
  const what = `${((Date.now() - sinceMs) / 60_000).toFixed(1)} minutes, seed ${seed}: ${sessions} sessions, ${perJobs} jobs of their own, ${cancelled} cancelled`;
  writeReport(resolve(given.report), what, series.all(), verdicts);
  showVerdicts(verdicts);
  console.log(`${what}. The curves: ${resolve(given.report)}`);
  if (failure !== undefined) console.error(failure);
  return failure === undefined && verdicts.every(({ flat }) => flat !== false);
}

const folder = mkdtempSync(join(tmpdir(), 'weft-soak-'));
const properties = Object.entries(RETENTION).map(
  ([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`,
);
writeFileSync(join(folder, 'yarn-site.xml'), `<configuration>${properties.join('')}</configuration>`);
const cluster = new WeftCluster(folder, folder);
try {
  process.exitCode = (await soak(cluster)) ? 0 : 1;
} finally {
  await cluster.down();
  rmSync(folder, { recursive: true, force: true });
}
