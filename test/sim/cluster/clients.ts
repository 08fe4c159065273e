/** Those who submit applications, kill some, and ask what became of them. Their requests are calls: REST is not simulated. */
import type { ApplicationId } from '../../../runtime/common/ids.js';
import type { Submission } from '../../../resourcemanager/apps/application.js';
import type { ClusterView } from '../../../resourcemanager/server/cluster-view.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Random } from '../kernel/random.js';
import type { Work } from './programs.js';

const RETRY_MS = 1000;
/** A ResourceManager that died in the midst of a request never answers it. */
const PATIENCE_MS = 5000;
const APPLICATIONS = [8, 14] as const;
/** How many applications a user kills. */
const KILLED = 0.15;
/** How many have tasks that run until they are stopped. */
const SERVICES = 0.3;

export class Clients {
  /** Applications whose submission was acknowledged. */
  readonly acknowledged = new Set<ApplicationId>();
  /** Of them, those that somebody wanted killed. */
  readonly killed = new Set<ApplicationId>();
  /** Submissions that are still tried. */
  pending = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly random: Random,
    private readonly view: () => ClusterView | undefined,
  ) {}

  /** Submits applications, the last of them at this time. */
  begin(untilMs: number): void {
    const count = this.random.whole(...APPLICATIONS);
    this.pending = count;
    for (let nth = 0; nth < count; nth++) {
      const atMs = this.random.between(500, untilMs);
      const killAfterMs = this.random.chance(KILLED) ? this.random.between(0, 30_000) : undefined;
      const submission = submissionOf(this.random);
      this.kernel.after(atMs, undefined, `client ${nth} submits`, () => {
        this.submit(nth, submission, killAfterMs);
      });
    }
  }

  private submit(nth: number, submission: Submission, killAfterMs: number | undefined): void {
    let id: ApplicationId | undefined;
    const request = (view: ClusterView): void => {
      if (id === undefined) throw new Error('no application without a number');
      view.manager.submit(id, structuredClone(submission), 'ada');
    };
    const accepted = (): void => {
      if (id === undefined) return;
      this.kernel.note(`client ${nth} knows that ${id} is accepted`);
      this.acknowledged.add(id);
      this.pending--;
      if (killAfterMs !== undefined) this.killLater(id, killAfterMs);
    };
    this.ask(
      (view) => {
        id = view.identity.newApplicationId();
      },
      () => {
        this.ask(request, accepted);
      },
    );
  }

  private killLater(id: ApplicationId, afterMs: number): void {
    this.kernel.after(afterMs, undefined, `a client kills ${id}`, () => {
      this.ask(
        (view) => view.manager.kill(view.applications.require(id), 'ada'),
        () => this.killed.add(id),
      );
    });
  }

  /** Sends a request again and again until it was answered, which happens when what it did is durable. */
  private ask(request: (view: ClusterView) => unknown, answered: () => void): void {
    let isSettled = false;
    const settle = (then: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      then();
    };
    const again = (): void => {
      settle(() => {
        this.kernel.after(RETRY_MS, undefined, undefined, () => {
          this.ask(request, answered);
        });
      });
    };
    this.kernel.after(PATIENCE_MS, undefined, undefined, again);
    const view = this.view();
    if (view === undefined) return;
    try {
      request(view);
      void Promise.resolve(view.store.durable()).then(() => {
        settle(answered);
      }, again);
    } catch (error) {
      this.kernel.note(`a client was refused: ${String(error)}`);
      again();
    }
  }
}

function submissionOf(random: Random): Submission {
  const work: Work = {
    tasks: random.whole(2, 8),
    parallel: random.whole(1, 6),
    memoryMb: random.pick([256, 512, 768]),
    taskMs: Math.round(random.between(1000, 12_000)),
    ...(random.chance(SERVICES) ? { serviceMs: Math.round(random.between(2000, 40_000)) } : {}),
  };
  return {
    name: 'simulated',
    queue: 'default',
    type: 'sim',
    tags: [],
    priority: 0,
    maxAttempts: undefined,
    keepContainers: random.chance(0.7),
    failuresValidityMs: -1,
    lifetimeMs: undefined,
    resource: { memoryMb: 256, vcores: 1 },
    context: { command: ['appmaster', JSON.stringify(work)], environment: {}, localResources: [] },
  };
}
