/**
 * The throughput of the Scheduler: fills a simulated cluster, then lets containers come and go, and counts allocations
 * per second. The workload's file says what is done and timed; the same file drives Hadoop's schedulers.
 */
import { Type, type Static } from 'typebox';
import { systemClock } from '../../runtime/common/clock.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import type { ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import { badArguments } from '../program/option-parser.js';
import { readJson } from './scenario.js';
import { SimulatedCluster, policyFilesOf, type SimulatedApplication } from './simulated-cluster.js';

const SizeSchema = Type.Object({ memory: Type.Integer({ minimum: 1 }), vcores: Type.Integer({ minimum: 1 }) });
const ConfSchema = Type.Record(Type.String(), Type.String());
const CaseSchema = Type.Object({
  id: Type.String(),
  scheduler: Type.String(),
  nodes: Type.Integer({ minimum: 1 }),
  queues: Type.Integer({ minimum: 1 }),
  apps: Type.Integer({ minimum: 1 }),
  profile: Type.String(),
  churnRounds: Type.Optional(Type.Integer({ minimum: 1 })),
});
const WorkloadSchema = Type.Object({
  node: SizeSchema,
  container: SizeSchema,
  churn: Type.Object({ completePerNodeHeartbeat: Type.Integer({ minimum: 1 }) }),
  baseConf: ConfSchema,
  profiles: Type.Record(Type.String(), ConfSchema),
  cases: Type.Array(CaseSchema),
});
export type Workload = Static<typeof WorkloadSchema>;
export type WorkloadCase = Static<typeof CaseSchema>;

/** Rates of one phase, allocations a second. */
interface Rates {
  containers: number;
  /** Only the time of heartbeats counts. */
  perSecondHeartbeats: number;
  /** Applications' calls, ends of containers and (Fair) updates of shares count too. */
  perSecondAll: number;
}

export interface Throughput {
  id: string;
  fill: Rates;
  churn: Rates;
}

const MAX_FILL_ROUNDS = 400;

/** @throws SLS_BAD_FILE */
export function readWorkload(path: string): Workload {
  const parsed = readJson(path);
  requireFit(WorkloadSchema, parsed, 'SLS_BAD_FILE', path);
  return parsed as Workload;
}

/** Runs the cases one after another, each several times on a fresh cluster; the median repetition is answered. */
export function* measure(
  workload: Workload,
  ids: readonly string[] | undefined,
  repetitions: number,
): Generator<Throughput> {
  const unknown = ids?.find((id) => !workload.cases.some((each) => each.id === id));
  if (unknown !== undefined) throw badArguments(`The workload has no case ${unknown}.`);
  for (const each of workload.cases) {
    if (ids !== undefined && !ids.includes(each.id)) continue;
    // Code is compiled at the first runs: they are not what is measured.
    const warmUps = each.nodes <= 100 ? 4 : each.nodes <= 1000 ? 1 : 0;
    const results = Array.from({ length: warmUps + repetitions }, () => new ThroughputRun(workload, each).run());
    const counted = results.slice(warmUps).sort((a, b) => a.churn.perSecondAll - b.churn.perSecondAll);
    const middle = counted[Math.floor(counted.length / 2)];
    if (middle !== undefined) yield middle;
  }
}

/** Milliseconds spent in each kind of call. */
class Times {
  heartbeats = 0;
  calls = 0;
  ends = 0;
  updates = 0;

  timed(kind: 'heartbeats' | 'calls' | 'ends' | 'updates', work: () => void): void {
    const before = systemClock.monotonicMs();
    work();
    this[kind] += systemClock.monotonicMs() - before;
  }

  rates(containers: number): Rates {
    const all = this.heartbeats + this.calls + this.ends + this.updates;
    return {
      containers,
      perSecondHeartbeats: (containers * 1000) / this.heartbeats,
      perSecondAll: (containers * 1000) / all,
    };
  }
}

class ThroughputRun {
  private readonly cluster: SimulatedCluster;
  private readonly applications: SimulatedApplication[] = [];
  private readonly nodeNames: string[] = [];

  constructor(
    private readonly workload: Workload,
    private readonly settings: WorkloadCase,
  ) {
    const { scheduler, nodes, queues, apps } = settings;
    this.cluster = new SimulatedCluster(scheduler, filesOf(workload, settings), false);
    const { memory, vcores } = workload.node;
    for (let i = 0; i < nodes; i++) {
      this.cluster.addNode(`n${i}`, { memoryMb: memory, vcores });
      this.nodeNames.push(`n${i}`);
    }
    this.update();
    for (let i = 0; i < apps; i++) {
      const queue = scheduler === 'fifo' ? 'default' : `root.q${i % queues}`;
      const submission = { queue, user: `u${i % queues}`, priority: 0, amResource: undefined };
      const application = this.cluster.submit(`a${i}`, submission);
      if (application !== undefined) this.applications.push(application);
    }
  }

  run(): Throughput {
    const perNode = Math.floor(this.workload.node.memory / this.workload.container.memory);
    const perApplication = Math.floor((this.settings.nodes * perNode) / this.settings.apps);
    const asks = this.applications.map((application) => ({ application, count: perApplication }));
    for (const { application, count } of asks) this.cluster.ask(application, [this.request(count)]);
    this.update();
    const fill = this.fill(perApplication * this.applications.length);
    return { id: this.settings.id, fill, churn: this.churn() };
  }

  private fill(target: number): Rates {
    const times = new Times();
    let got = 0;
    for (let round = 0; got < target && round < MAX_FILL_ROUNDS; round++) {
      this.round(times);
      got = this.cluster.allocations;
    }
    return times.rates(got);
  }

  /** Every node heartbeats, every application makes its call. */
  private round(times: Times): void {
    times.timed('heartbeats', () => {
      for (const name of this.nodeNames) this.cluster.heartbeat(name);
    });
    times.timed('calls', () => {
      for (const application of this.applications) this.cluster.ask(application, []);
    });
    times.timed('updates', () => {
      this.update();
    });
  }

  private churn(): Rates {
    const times = new Times();
    const before = this.cluster.allocations;
    for (let round = 0; round < (this.settings.churnRounds ?? 5); round++) {
      const ended = new Map<SimulatedApplication, number>();
      times.timed('ends', () => {
        this.endOnNodes(ended);
      });
      times.timed('calls', () => {
        for (const [application, count] of ended) {
          const open = this.cluster.scheduler.usage(application.id)?.pendingContainers ?? 0;
          this.cluster.ask(application, [this.request(open + count)]);
        }
      });
      times.timed('updates', () => {
        this.update();
      });
      this.round(times);
    }
    return times.rates(this.cluster.allocations - before);
  }

  /** The first few containers that each node lists end. */
  private endOnNodes(ended: Map<SimulatedApplication, number>): void {
    const { completePerNodeHeartbeat } = this.workload.churn;
    for (const name of this.nodeNames) {
      for (const { containerId, applicationId } of this.cluster.containersOn(name).slice(0, completePerNodeHeartbeat)) {
        const application = this.cluster.byApplicationId(applicationId);
        if (application === undefined) continue;
        ended.set(application, (ended.get(application) ?? 0) + 1);
        this.cluster.end(application, containerId);
      }
    }
  }

  private request(numContainers: number): ResourceRequest {
    const { memory, vcores } = this.workload.container;
    const resource = { memoryMb: memory, vcores };
    return { priority: 1, resourceName: '*', resource, numContainers, relaxLocality: true };
  }

  private update(): void {
    if (this.settings.scheduler === 'fair') this.cluster.apply({ type: 'tick' });
  }
}

/** Queues of equal shares, as the workload's method says. */
function filesOf(workload: Workload, { queues, profile }: WorkloadCase) {
  const names = Array.from({ length: queues }, (_, i) => `q${i}`);
  const conf: Record<string, string> = { ...workload.baseConf, ...workload.profiles[profile] };
  conf['yarn.scheduler.capacity.root.queues'] = names.join(',');
  for (const name of names) {
    const prefix = `yarn.scheduler.capacity.root.${name}.`;
    conf[`${prefix}capacity`] = String(Math.fround(100 / queues));
    conf[`${prefix}maximum-capacity`] = '100';
    conf[`${prefix}user-limit-factor`] = String(queues * 2);
  }
  const lines = names.map((name) => `<queue name="${name}"><weight>1.0</weight></queue>`);
  return policyFilesOf(conf, `<allocations>\n${lines.join('\n')}\n</allocations>`, 'the workload');
}
