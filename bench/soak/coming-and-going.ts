/** What comes and goes while the soak runs: sessions with jobs in them, jobs of their own, and jobs that are cancelled. */
import { fileURLToPath } from 'node:url';
import { poll } from '../poll.js';
import type { WeftCluster } from '../weft/cluster.js';
import type { SeriesSet } from './series.js';

const job = (name: string): string => fileURLToPath(new URL(`../../../bench/jobs/${name}.ts`, import.meta.url));
const ENDED = ['FINISHED', 'FAILED', 'KILLED'];

/** How many there were. */
export interface Tally {
  sessions: number;
  perJobs: number;
  cancelled: number;
}

export class ComingAndGoing {
  readonly tally: Tally = { sessions: 0, perJobs: 0, cancelled: 0 };

  constructor(
    private readonly cluster: WeftCluster,
    private readonly series: SeriesSet,
    private readonly sinceMs: number,
    /** Of what is there when it begins, and is left alone. */
    private readonly steadyApplication: string,
    private readonly random: () => number,
  ) {}

  /** One round: ends when everything that it began has ended. @throws when something ended otherwise than it should */
  async round(): Promise<void> {
    const draw = this.random();
    if (draw < 0.4) await this.perJob();
    else if (draw < 0.7) await this.cancelled();
    else await this.session(1 + Math.floor(this.random() * 3));
    await poll('the end of what came', async () => (await this.others()).length === 0);
  }

  private async perJob(): Promise<void> {
    await this.timed('per-job, from the command to its end', () =>
      this.cluster.weft('run', '-t', 'yarn-per-job', '-p', '2', job('word-count'), '--n', '20000'),
    );
    this.tally.perJobs++;
  }

  private async cancelled(): Promise<void> {
    const id = await this.cluster.submit('-t', 'yarn-per-job', '-p', '1', job('latency'), '--n', '1000000');
    const [application = ''] = await poll('its application', async () => {
      const found = await this.others();
      return found.length > 0 && found;
    });
    const args = ['cancel', '-t', 'yarn-per-job', `-Dyarn.application.id=${application}`, id];
    await this.timed('cancel, from the command to its answer', () => this.cluster.weft(...args));
    this.tally.cancelled++;
  }

  private async session(jobs: number): Promise<void> {
    await this.timed('session, until it is there', () => this.cluster.session('-s', '2', '-jm', '512m', '-tm', '768m'));
    for (let n = 0; n < jobs; n++) {
      await this.timed('job in a session, from the command to its end', () =>
        this.cluster.weft('run', '-t', 'yarn-session', '-p', '2', job('word-count'), '--n', '20000'),
      );
    }
    for (const application of await this.others()) await this.cluster.weft('app', '-kill', application);
    this.tally.sessions++;
  }

  /** Applications that have not ended, but for the steady one. */
  private async others(): Promise<string[]> {
    const { applications } = await this.cluster.status();
    return applications
      .filter(({ id, state }) => id !== this.steadyApplication && !ENDED.includes(state))
      .map(({ id }) => id);
  }

  private async timed(what: string, act: () => Promise<unknown>): Promise<void> {
    const beganMs = Date.now();
    await act();
    this.series.add(what, 'ms', (Date.now() - this.sinceMs) / 1000, Date.now() - beganMs);
  }
}
