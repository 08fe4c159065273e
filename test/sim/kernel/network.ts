/**
 * A simulated network: hosts with ports, connections that carry texts, and weather. Like TCP a connection keeps the order and
 * loses nothing as long as it lasts; on bad days single messages are lost, doubled, late or overtaken all the same, which the
 * sessions above must stand, too. What is cut off waits, and arrives or is lost with its connection when the cut heals.
 */
import { WeftError, hasCode } from '../../../runtime/common/errors/index.js';
import type {
  Answers,
  Front,
  FrontedListener,
  Listener,
  ListenOptions,
  Network,
} from '../../../runtime/common/http/network.js';
import type { Connection, ConnectionEvents, DialEvents, DialRequest } from '../../../runtime/common/wire/connection.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { Refusals } from '../../../runtime/common/security/refusals.js';
import { RpcServer } from '../../../runtime/common/wire/server.js';
import { Cuts } from './cuts.js';
import { frameLabel } from './frame-label.js';
import type { Kernel } from './kernel.js';
import type { SimProcess } from './process.js';
import type { Random } from './random.js';

/** How likely it is that a message suffers a fate, and how long messages take. */
export interface Weather {
  readonly latencyMs: readonly [from: number, to: number];
  readonly lost: number;
  readonly doubled: number;
  readonly late: number;
  readonly overtaken: number;
}

export const FAIR: Weather = { latencyMs: [0.2, 2], lost: 0, doubled: 0, late: 0, overtaken: 0 };

/** An end of a connection. */
interface End {
  readonly process: SimProcess;
  events: ConnectionEvents | undefined;
  peer: End | undefined;
  /** Nothing is heard or said here any more. */
  isClosed: boolean;
  /** When the latest of what is under way to this end arrives. */
  arrivalMs: number;
  /** What a cut holds up: messages, and at last the end. */
  readonly stuck: (() => void)[];
}

interface Server {
  readonly process: SimProcess;
  /** Undefined: it answers nothing yet. */
  rpc: RpcServer | undefined;
}

interface SimFront extends Front {
  readonly rpc: RpcServer;
}

const LOG = silentLogger();
const LATE_MS = [200, 4000] as const;
const OVERTAKEN_MS = [2, 200] as const;
const FIRST_FREE_PORT = 40_000;
/** How likely a cut is to have outlasted the patience of a connection. */
const BROKEN_BY_CUT = 0.4;

export class SimNetwork {
  weather = FAIR;
  readonly cuts: Cuts;
  /** What befell single messages. */
  mishaps = 0;
  private readonly servers = new Map<string, Server>();
  private readonly ends = new Map<SimProcess, Set<End>>();
  private readonly random: Random;
  private nextPort = FIRST_FREE_PORT;

  constructor(private readonly kernel: Kernel) {
    this.random = kernel.random.fork();
    this.cuts = new Cuts(() => {
      this.healed();
    });
  }

  /** The sockets of a process. */
  of(process: SimProcess): Network {
    return {
      dial: (request, events) => this.dial(process, request, events),
      listen: (options) => Promise.resolve().then(() => this.listen(process, options)),
      front: (options) => Promise.resolve().then(() => this.front(process, options)),
    };
  }

  /** Breaks one of all connections; both ends hear of it. @returns whether there was one */
  breakOne(): boolean {
    const all = [...this.ends.values()].flatMap((ends) => [...ends]).filter(({ peer }) => peer !== undefined);
    if (all.length === 0) return false;
    this.breakLink(this.random.pick(all));
    return true;
  }

  private listen(process: SimProcess, options: ListenOptions): Listener {
    const listener = this.front(process, options);
    listener.show(frontOf(process, options));
    return listener;
  }

  private front(process: SimProcess, { host = '', port }: Omit<ListenOptions, keyof Answers>): FrontedListener {
    const wanted = typeof port === 'number' ? port : port.from;
    const free = wanted === 0 ? this.nextPort++ : wanted;
    const key = `${host}:${free}`;
    if (this.servers.get(key)?.process.isAlive === true) throw new WeftError('PORT_TAKEN', `${key} is already in use.`);
    const server: Server = { process, rpc: undefined };
    this.servers.set(key, server);
    return {
      url: `http://${key}`,
      port: free,
      prepare: (answers) => Promise.resolve(frontOf(process, answers)),
      show: (front) => {
        server.rpc = (front as SimFront).rpc;
      },
      close: () => {
        server.rpc?.close();
        if (this.servers.get(key) === server) this.servers.delete(key);
        return Promise.resolve();
      },
    };
  }

  private dial(process: SimProcess, { address, path, token, timeoutMs }: DialRequest, events: DialEvents): Connection {
    const key = address.replace(/^https?:\/\//, '').replace(/\/$/, '');
    const hostName = key.slice(0, key.lastIndexOf(':'));
    const client = this.endOf(process, events);
    const closed = (reason: string): void => {
      if (this.forget(client)) events.closed(reason);
    };
    const cancelTimeout = this.kernel.after(timeoutMs, process, undefined, () => {
      closed('it does not answer');
    });
    const back = (then: () => void): void => {
      this.kernel.after(this.latencyMs(), process, undefined, () => {
        if (client.isClosed || this.cuts.isCut(hostName, process.host.name)) return;
        cancelTimeout();
        then();
      });
    };
    this.kernel.after(this.latencyMs(), undefined, undefined, () => {
      if (client.isClosed || this.cuts.isCut(process.host.name, hostName)) return;
      const server = this.servers.get(key);
      if (server?.process.isAlive !== true) {
        if (server?.process.host.isUp !== false) back(() => closed('ECONNREFUSED'));
        return;
      }
      this.kernel.after(0, server.process, undefined, () => {
        if (client.isClosed) return;
        try {
          if (server.rpc === undefined) throw new WeftError('HTTP_NOT_FOUND', 'nothing is answered yet');
          const welcome = server.rpc.admit(path, { token, remoteAddress: process.host.name });
          const end = this.endOf(server.process, undefined);
          end.peer = client;
          client.peer = end;
          end.events = welcome(this.connectionOf(end));
          back(() => {
            events.opened();
          });
        } catch (error) {
          back(() => {
            this.forget(client);
            events.refused(hasCode(error, 'HTTP_NOT_FOUND') ? 404 : 401);
          });
        }
      });
    });
    return this.connectionOf(client);
  }

  private connectionOf(end: End): Connection {
    return {
      send: (text) => {
        this.send(end, text);
      },
      close: () => {
        this.close(end, this.latencyMs() * 2);
      },
      terminate: () => {
        this.close(end, 0);
      },
    };
  }

  private send(from: End, text: string): void {
    const to = from.peer;
    if (to === undefined || from.isClosed || !from.process.isAlive) return;
    if (!to.process.isAlive) {
      this.answerForDead(from, to);
      return;
    }
    const label = `${from.process.name} > ${to.process.name} ${frameLabel(text)}`;
    const { lost, doubled, late, overtaken } = this.weather;
    if (this.random.chance(lost)) {
      this.mishap('lost', label);
      return;
    }
    let delayMs = this.latencyMs();
    if (this.random.chance(late)) {
      this.mishap('late', label);
      delayMs += this.random.between(...LATE_MS);
    }
    if (this.random.chance(overtaken)) {
      this.mishap('overtaken', label);
      this.kernel.after(delayMs + this.random.between(...OVERTAKEN_MS), to.process, label, () => {
        this.arrive(from, to, text);
      });
      return;
    }
    this.inOrder(to, delayMs, label, () => {
      this.arrive(from, to, text);
    });
    if (!this.random.chance(doubled)) return;
    this.mishap('doubled', label);
    this.inOrder(to, delayMs, label, () => {
      this.arrive(from, to, text);
    });
  }

  /** A machine that is up again knows nothing of the connections of before. */
  private answerForDead(from: End, to: End): void {
    if (!to.process.host.isUp) return;
    this.kernel.after(this.latencyMs(), from.process, undefined, () => {
      this.ended(from, 'ECONNRESET');
    });
  }

  private arrive(from: End, to: End, text: string): void {
    if (this.cuts.isCut(from.process.host.name, to.process.host.name) || to.stuck.length > 0) {
      to.stuck.push(() => {
        this.arrive(from, to, text);
      });
    } else if (!to.isClosed) to.events?.message(text);
  }

  /** Does something at an end after all that is under way to it. */
  private inOrder(to: End, delayMs: number, label: string | undefined, run: () => void): void {
    to.arrivalMs = Math.max(to.arrivalMs, this.kernel.nowMs + delayMs);
    this.kernel.after(to.arrivalMs - this.kernel.nowMs, to.process, label, run);
  }

  private close(end: End, heardAfterMs: number): void {
    if (end.isClosed) return;
    end.isClosed = true;
    this.tellPeer(end);
    this.kernel.after(heardAfterMs, end.process, undefined, () => {
      this.forget(end);
      end.events?.closed('it was closed here');
    });
  }

  private tellPeer(end: End): void {
    const { peer } = end;
    if (peer === undefined) return;
    const hangUp = (): void => {
      if (this.cuts.isCut(end.process.host.name, peer.process.host.name) || peer.stuck.length > 0) {
        peer.stuck.push(hangUp);
      } else this.ended(peer, 'it was closed by the peer');
    };
    this.inOrder(peer, this.latencyMs(), undefined, hangUp);
  }

  private ended(end: End, reason: string): void {
    if (end.isClosed) return;
    end.isClosed = true;
    this.forget(end);
    end.events?.closed(reason);
  }

  private breakLink(end: End): void {
    for (const each of [end, end.peer]) {
      if (each === undefined) continue;
      this.kernel.after(this.latencyMs(), each.process, `${each.process.name}: a connection breaks`, () => {
        this.ended(each, 'ECONNRESET');
      });
    }
  }

  /** All cuts that there were may be over: what they held up arrives, unless its connection has been given up. */
  private healed(): void {
    for (const end of [...this.ends.values()].flatMap((ends) => [...ends])) {
      const { peer, stuck } = end;
      if (peer === undefined || stuck.length === 0 || this.cuts.isCut(peer.process.host.name, end.process.host.name)) {
        continue;
      }
      if (this.random.chance(BROKEN_BY_CUT)) this.breakLink(end);
      const waiting = stuck.splice(0);
      this.kernel.after(this.latencyMs(), end.process, undefined, () => {
        for (const run of waiting) run();
      });
    }
  }

  private endOf(process: SimProcess, events: ConnectionEvents | undefined): End {
    const end: End = { process, events, peer: undefined, isClosed: false, arrivalMs: 0, stuck: [] };
    const known = this.ends.get(process);
    if (known === undefined) {
      this.ends.set(process, new Set([end]));
      process.onEnd(() => {
        this.processEnded(process);
      });
    } else known.add(end);
    return end;
  }

  /** The system closes the sockets of a process that ends; a machine without power says nothing to anybody. */
  private processEnded(process: SimProcess): void {
    const ends = this.ends.get(process) ?? new Set();
    this.ends.delete(process);
    for (const end of ends) {
      end.isClosed = true;
      if (process.host.isUp) this.tellPeer(end);
    }
  }

  private forget(end: End): boolean {
    end.isClosed = true;
    return this.ends.get(end.process)?.delete(end) ?? false;
  }

  private latencyMs(): number {
    return this.random.between(...this.weather.latencyMs);
  }

  private mishap(fate: string, label: string): void {
    this.mishaps++;
    this.kernel.note(`(${fate}) ${label}`);
  }
}

function frontOf({ clock }: SimProcess, { endpoints }: Answers): SimFront {
  const rpc = new RpcServer(new Refusals(clock, LOG));
  endpoints(rpc);
  return {
    rpc,
    close: () => {
      rpc.close();
    },
  };
}
