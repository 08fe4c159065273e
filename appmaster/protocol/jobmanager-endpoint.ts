/**
 * The AppMaster's own server: where its JobManager registers and says what it wants, and where TaskManagers ask for the
 * JobManager's address.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError, asWeftError } from '../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import { LivenessMonitor } from '../../runtime/common/liveness.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { verifyToken } from '../../runtime/common/security/token.js';
import type { Handlers } from '../../runtime/common/wire/protocol.js';
import { workerProtocol, type FinalStatus } from '../../runtime/common/wire/protocols/index.js';
import type { RpcPeer, RpcServer } from '../../runtime/common/wire/server.js';

/** How long a TaskManager's question is held open while there is no JobManager. */
const HOLD_MS = 20_000;

export interface JobManagerEndpointOptions {
  applicationKey: string;
  clock: Clock;
  log: Logger;
  heartbeatIntervalMs: number;
  heartbeatTimeoutMs: number;
  /** The process that may register: the one that the AppMaster started last. */
  expectedPid(): number | undefined;
  workers(): string[];
  onRegistered(restUrl: string, pid: number): void;
  onWant(count: number): void;
  onGiveBack(resourceId: string, reason: string): void;
  onHeartbeat(events: ChainEvent[], first: boolean): void;
  onFinished(finalStatus: FinalStatus, diagnostics: string): void;
  /** A JobManager that registered has been silent for too long. */
  onSilent(pid: number): void;
}

type Protocol = typeof workerProtocol;
type Peer = RpcPeer<Protocol['client'], Protocol['server'], undefined>;

interface Registered {
  readonly peer: Peer;
  readonly restUrl: string;
  readonly pid: number;
  heartbeats: number;
}

export class JobManagerEndpoint {
  private current: Registered | undefined;
  private readonly askers = new Set<(url: string | undefined) => void>();
  private readonly liveness: LivenessMonitor<Registered>;
  private readonly stopChecking: () => void;

  constructor(private readonly options: JobManagerEndpointOptions) {
    const { clock, heartbeatIntervalMs, heartbeatTimeoutMs } = options;
    this.liveness = new LivenessMonitor(heartbeatTimeoutMs, heartbeatIntervalMs);
    this.stopChecking = clock.every(heartbeatIntervalMs, () => {
      this.expireSilent();
    });
  }

  /** Address of the JobManager's REST API and pages, while there is one. */
  get restUrl(): string | undefined {
    return this.current?.restUrl;
  }

  /** Where JobManagers register. */
  accept(rpc: RpcServer): void {
    const { applicationKey, clock, log } = this.options;
    rpc.register({
      protocol: workerProtocol,
      clock,
      log,
      authenticate: (token) => {
        verifyToken([applicationKey], 'application', token, clock.nowMs());
        return undefined;
      },
      onSession: (peer) => this.handlersFor(peer),
      onClosed: (peer) => {
        this.forget(peer);
      },
    });
  }

  /** Where TaskManagers ask for the JobManager. */
  routes(app: FastifyInstance): void {
    const { applicationKey, clock } = this.options;
    app.get('/weft/v1/jobmanager', (request, reply) => {
      const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
      try {
        verifyToken([applicationKey], 'application', token, clock.nowMs());
      } catch (error) {
        return reply.code(401).send({ errors: [asWeftError(error).message] });
      }
      return this.answerWhere(reply);
    });
  }

  workerTerminated(resourceId: string, diagnostics: string): void {
    this.current?.peer.session.notify('workerTerminated', { resourceId, diagnostics });
  }

  workersPending(reason: string): void {
    this.current?.peer.session.notify('workersPending', { reason });
  }

  nodeSuspect(resourceIds: string[]): void {
    this.current?.peer.session.notify('nodeSuspect', { resourceIds });
  }

  shutdown(reason: string): void {
    this.current?.peer.session.notify('shutdown', { reason });
  }

  /** The JobManager's process has ended: its session is not waited for, and its address is not given out any more. */
  processEnded(): void {
    this.current?.peer.close(new WeftError('WIRE_CLOSED', 'The JobManager has ended.'));
  }

  /** Lets go of everyone who waits. */
  close(): void {
    this.stopChecking();
    for (const answer of this.askers) answer(undefined);
    this.processEnded();
  }

  private handlersFor(peer: Peer): Handlers<Protocol['server']> {
    const registered = (): Registered => {
      if (this.current?.peer !== peer) {
        throw new WeftError('AUTH_BAD_TOKEN', 'This JobManager is not registered, or another one has taken its place.');
      }
      return this.current;
    };
    return {
      register: ({ restUrl, pid }) => this.register(peer, restUrl, pid),
      wantWorkers: ({ count }) => {
        registered();
        this.options.onWant(count);
        return {};
      },
      releaseWorker: ({ resourceId, reason }) => {
        registered();
        this.options.onGiveBack(resourceId, reason);
        return {};
      },
      heartbeat: ({ events }) => {
        const entry = registered();
        this.heard(entry);
        this.options.onHeartbeat(events, entry.heartbeats++ === 0);
        return {};
      },
      clusterFinished: ({ finalStatus, diagnostics }) => {
        registered();
        this.options.onFinished(finalStatus, diagnostics);
        return {};
      },
    };
  }

  private register(
    peer: Peer,
    restUrl: string,
    pid: number,
  ): { heartbeatIntervalMs: number; heartbeatTimeoutMs: number; workers: string[] } {
    const { heartbeatIntervalMs, heartbeatTimeoutMs, log } = this.options;
    if (pid !== this.options.expectedPid()) {
      throw new WeftError('AUTH_BAD_TOKEN', `Process ${pid} is not the JobManager that this AppMaster started.`);
    }
    const previous = this.current;
    this.current = { peer, restUrl, pid, heartbeats: 0 };
    if (previous !== undefined) {
      this.liveness.forget(previous);
      if (previous.peer !== peer) previous.peer.close();
    }
    this.heard(this.current);
    log.info({ restUrl, pid }, 'the JobManager has registered');
    for (const answer of this.askers) answer(restUrl);
    this.options.onRegistered(restUrl, pid);
    return { heartbeatIntervalMs, heartbeatTimeoutMs, workers: this.options.workers() };
  }

  /** Silence past the timeout is a verdict: the process hangs. */
  private expireSilent(): void {
    for (const entry of this.liveness.takeExpired(this.options.clock.monotonicMs())) this.options.onSilent(entry.pid);
  }

  private heard(entry: Registered): void {
    this.liveness.heard(entry, this.options.clock.monotonicMs());
  }

  private forget(peer: Peer): void {
    if (this.current?.peer !== peer) return;
    this.liveness.forget(this.current);
    this.current = undefined;
  }

  private answerWhere(reply: FastifyReply): Promise<FastifyReply> | FastifyReply {
    if (this.current !== undefined) return reply.send({ url: this.current.restUrl });
    return new Promise((resolve) => {
      const answer = (url: string | undefined): void => {
        cancel();
        this.askers.delete(answer);
        const missing = { errors: ['There is no JobManager at the moment. Ask again.'] };
        resolve(url === undefined ? reply.code(503).send(missing) : reply.send({ url }));
      };
      const cancel = this.options.clock.after(HOLD_MS, () => {
        answer(undefined);
      });
      this.askers.add(answer);
    });
  }
}
