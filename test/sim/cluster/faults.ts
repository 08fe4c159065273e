/** Faults by probability: who dies, hangs, is cut off or goes slow, and when. All of them end, so that what is left must heal. */
import { FAIR, type Weather } from '../kernel/network.js';
import type { Kernel } from '../kernel/kernel.js';
import type { SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import type { Cluster } from './cluster.js';

const MEAN_INTERVAL_MS = 9000;
const BAD_WEATHER: readonly Weather[] = [
  { ...FAIR, lost: 0.02 },
  { ...FAIR, doubled: 0.05 },
  { ...FAIR, late: 0.03 },
  { ...FAIR, overtaken: 0.02 },
  { latencyMs: [50, 900], lost: 0, doubled: 0, late: 0.02, overtaken: 0 },
  { latencyMs: [1, 200], lost: 0.01, doubled: 0.02, late: 0.02, overtaken: 0.01 },
];

type Fault = () => void;

export class Faults {
  count = 0;
  private readonly random: Random;
  private readonly undo = new Set<() => void>();

  constructor(
    private readonly kernel: Kernel,
    private readonly cluster: Cluster,
  ) {
    this.random = kernel.random.fork();
  }

  /** Lets faults happen until then; after it all is well again. */
  begin(untilMs: number): void {
    const next = (): void => {
      const delayMs = this.random.exponential(MEAN_INTERVAL_MS);
      if (this.kernel.nowMs + delayMs >= untilMs) return;
      this.kernel.after(delayMs, undefined, undefined, () => {
        this.random.weighted(this.faults)();
        next();
      });
    };
    next();
    this.kernel.after(untilMs - this.kernel.nowMs, undefined, 'FAULT all is well from now on', () => {
      for (const undo of [...this.undo]) undo();
    });
  }

  private readonly faults: readonly (readonly [Fault, number])[] = [
    [() => this.kill(this.cluster.resourceManager.process), 12],
    [() => this.kill(this.node().process), 10],
    [() => this.killContainer(), 12],
    [() => this.crashNode(), 5],
    [() => this.pause(this.random.pick(this.processes())), 10],
    [() => this.pause(this.cluster.resourceManager.process), 4],
    [() => this.cut(), 12],
    [() => this.breakConnections(), 8],
    [() => this.turnClock(), 5],
    [() => this.changeWeather(), 10],
    [() => this.slowDisk(), 4],
    [() => this.fillDisk(), 3],
    [() => this.slowStore(), 5],
    [() => this.brokenStore(), 3],
  ];

  private kill(process: SimProcess | undefined): void {
    if (process?.isAlive !== true) return;
    this.note(`kill -9 ${process.name}`);
    process.signal('SIGKILL');
  }

  private killContainer(): void {
    const { containers } = this.node();
    if (containers.size > 0) this.kill(this.random.pick([...containers]).process);
  }

  private crashNode(): void {
    const node = this.node();
    if (!node.host.isUp) return;
    const forMs = this.random.between(500, 40_000);
    // A machine with a new disk comes back as another node.
    const losesDisk = this.random.chance(0.25);
    this.note(`power fails on ${node.host.name} for ${seconds(forMs)}${losesDisk ? ', and its disk is lost' : ''}`);
    node.crash(forMs, losesDisk);
  }

  private pause(process: SimProcess | undefined): void {
    if (process?.isAlive !== true || process.isPaused) return;
    const forMs = this.random.between(200, 25_000);
    this.note(`${process.name} stands still for ${seconds(forMs)}`);
    process.pause(forMs);
  }

  private cut(): void {
    const names = this.cluster.hosts.map(({ name }) => name);
    const side = this.random.chance(0.3) ? ['rmhost'] : names.filter(() => this.random.chance(0.3));
    const others = names.filter((name) => !side.includes(name));
    const isOneWay = this.random.chance(0.3);
    const pairs = side.flatMap((a) => others.map((b) => [a, b] as const));
    const back = isOneWay ? [] : pairs.map(([a, b]) => [b, a] as const);
    this.for(this.random.between(300, 30_000), `${side.join(' ')} ${isOneWay ? 'is not heard' : 'cut off'}`, () =>
      this.cluster.network.cuts.add([...pairs, ...back]),
    );
  }

  private breakConnections(): void {
    const count = this.random.whole(1, 6);
    this.note(`${count} connections break`);
    for (let nth = 0; nth < count; nth++) this.cluster.network.breakOne();
  }

  /** As a time server does that finds its clock to be wrong, or one that is wrong itself. */
  private turnClock(): void {
    const host = this.random.pick(this.cluster.hosts);
    const byMs = this.random.pick([-1, 1]) * this.random.pick([50, 3000, 60_000, 3_600_000]);
    this.for(this.random.between(1000, 60_000), `the clock of ${host.name} jumps by ${seconds(byMs)}`, () => {
      host.clockOffsetMs += byMs;
      return () => {
        host.clockOffsetMs -= byMs;
      };
    });
  }

  private changeWeather(): void {
    const { network } = this.cluster;
    const weather = this.random.pick(BAD_WEATHER);
    this.for(this.random.between(2000, 30_000), `bad weather ${JSON.stringify(weather)}`, () => {
      network.weather = weather;
      return () => {
        if (network.weather === weather) network.weather = FAIR;
      };
    });
  }

  private slowDisk(): void {
    const node = this.node();
    this.for(this.random.between(2000, 20_000), `the disk of ${node.host.name} is slow`, () => {
      node.diskSlowness = 0.3;
      return () => {
        node.diskSlowness = 0;
      };
    });
  }

  private fillDisk(): void {
    const node = this.node();
    this.for(this.random.between(2000, 20_000), `the disk of ${node.host.name} is full`, () => {
      node.isDiskFull = true;
      return () => {
        node.isDiskFull = false;
      };
    });
  }

  private slowStore(): void {
    const { store } = this.cluster;
    const commitMs = this.random.pick([[1, 20] as const, [100, 1500] as const, [500, 3000] as const]);
    this.for(this.random.between(5000, 30_000), `the store takes ${commitMs.join('..')} ms`, () => {
      store.speed = { ...store.speed, commitMs };
      return () => {
        store.speed = { ...store.speed, commitMs: store.usual.commitMs };
      };
    });
  }

  private brokenStore(): void {
    const { store } = this.cluster;
    this.for(this.random.between(500, 5000), 'the store fails now and then', () => {
      store.speed = { ...store.speed, fails: 0.1 };
      return () => {
        store.speed = { ...store.speed, fails: 0 };
      };
    });
  }

  private for(forMs: number, what: string, begin: () => () => void): void {
    this.note(`${what} for ${seconds(forMs)}`);
    const end = begin();
    const undo = (): void => {
      if (!this.undo.delete(undo)) return;
      this.kernel.note(`FAULT over: ${what}`);
      end();
    };
    this.undo.add(undo);
    this.kernel.after(forMs, undefined, undefined, undo);
  }

  private note(what: string): void {
    this.count++;
    this.kernel.note(`FAULT ${what}`);
  }

  private node() {
    return this.random.pick(this.cluster.nodes);
  }

  private processes(): SimProcess[] {
    return this.cluster.hosts.flatMap(({ processes }) => [...processes]);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
