import { systemClock, type Clock } from '../../runtime/common/clock.js';
import { ENV, requiredEnv } from '../../runtime/common/environment.js';
import { asWeftError, WeftError } from '../../runtime/common/errors/index.js';
import { createLogger, type Logger } from '../../runtime/common/log/logger.js';
import type { Dial } from '../../runtime/common/wire/connection.js';
import { dialWebSocket } from '../../runtime/common/wire/websocket.js';
import { watchNodeManager } from '../../runtime/common/process/container-liveness.js';
import type {
  AllocatedContainer,
  CompletedContainer,
  FinalStatus,
  LocalResource,
  PreemptionNotice,
  Resource,
} from '../../runtime/common/wire/protocols/index.js';
import { EventOutbox } from '../event-outbox.js';
import { NodeLinks } from '../protocol/node-links.js';
import { ResourceManagerLink, type Registration } from '../protocol/resourcemanager-link.js';

/** Far below YARN's expiry of ten minutes, so that a program that dies is noticed by its connection or soon after. */
const HEARTBEAT_INTERVAL_MS = 1000;
/** How long the end of the application is tried to be told to a ResourceManager that is away. */
const FINISH_PATIENCE_MS = 60_000;

export interface AppMasterHandlers {
  /** Containers that were asked for. Each must be started or released within the cluster's container expiry. */
  onAllocated(containers: readonly AllocatedContainer[]): void;
  /** Containers that have ended, and how. */
  onCompleted(containers: readonly CompletedContainer[]): void;
  /** Containers that will be taken for others: whoever releases them before the deadline chooses what to save. */
  onPreemption?(notices: readonly PreemptionNotice[]): void;
  /** Why containers that were asked for do not come. */
  onPending?(reason: string): void;
  /** The application is killed, or this attempt is over: everything is to stop. @default the process ends with code 1 */
  onShutdown?(reason: string): void;
}

export interface ContainerRequest {
  /** Replaces the number that is outstanding for this priority and size; it is not added to it. */
  count: number;
  memoryMb: number;
  /** @default 1 */
  vcores?: number;
  /** Amounts of other resource types by name, as the cluster declares them. */
  others?: Readonly<Record<string, number>>;
  /** Smaller numbers are served first. @default 1 */
  priority?: number;
  /** `*`, or the name of a host or rack; asks for a host also need asks for its rack and `*`, as in YARN. @default '*' */
  place?: string;
  /** Node label that the containers must run on. @default that of the application or its queue */
  label?: string;
}

export interface ContainerCommand {
  /** Program and arguments; no shell sees them. `{{NODE}}`, `{{PWD}}` and `<LOG_DIR>` are expanded by the node. */
  command: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Files to lay into the working folder. @default what the application was submitted with */
  localResources?: readonly LocalResource[];
}

/** What the program has around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly log: Logger;
  /** Of the container, as its NodeManager made it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly exit: (code: number) => void;
}

/** @throws Error outside of a container of an application */
function ownProcess(): Surroundings {
  return {
    clock: systemClock,
    dial: dialWebSocket,
    log: createLogger({ role: 'appmaster', application: requiredEnv(ENV.applicationId) }),
    environment: process.env,
    exit: (code) => process.exit(code),
  };
}

/** The tie of an AppMaster to its cluster, as YARN's AMRMClient and NMClient together. */
export class AppMasterClient {
  private readonly containers = new Map<string, AllocatedContainer>();
  private readonly nodes: NodeLinks;
  private readonly resourceManager: ResourceManagerLink;
  /** Between 0 and 1: shown by the cluster. */
  progress = 0;

  private constructor(
    private readonly handlers: AppMasterHandlers,
    private readonly surroundings: Surroundings,
    onRegistered: (registration: Registration) => void,
  ) {
    const { clock, dial, log } = surroundings;
    this.nodes = new NodeLinks({
      ...{ dial, clock, log },
      // The ResourceManager tells of ends too, and also when the node is lost.
      onContainerStatus: () => undefined,
      onNodeSuspect: () => undefined,
    });
    this.resourceManager = this.createLink(onRegistered);
  }

  /**
   * Registers this process as the AppMaster of the application in whose container it runs.
   * @param surroundings for tests: something else than this process
   * @throws Error outside of such a container
   */
  static async register(
    handlers: AppMasterHandlers,
    surroundings?: Surroundings,
  ): Promise<{
    client: AppMasterClient;
    maximum: Resource;
    /** Running containers of earlier attempts of this application, which this one holds now. */
    previous: readonly AllocatedContainer[];
  }> {
    return new Promise((resolve, reject) => {
      try {
        const around = surroundings ?? ownProcess();
        const client: AppMasterClient = new AppMasterClient(handlers, around, (registration) => {
          const { maximumResource: maximum, previousContainers: previous } = registration;
          resolve({ client, maximum, previous });
        });
        watchNodeManager({
          ...around,
          onStop: () => undefined,
          onNodeLost: () => {
            client.shutdown('The NodeManager is lost.');
          },
        });
        client.resourceManager.start();
      } catch (error) {
        reject(asWeftError(error));
      }
    });
  }

  /** Asks for containers; they come to `onAllocated`. */
  request({ count, memoryMb, vcores = 1, priority = 1, place = '*', label, others }: ContainerRequest): void {
    this.resourceManager.ask({
      ...{ priority, resourceName: place, relaxLocality: true },
      resource: { memoryMb, vcores, ...(others === undefined ? {} : { others: { ...others } }) },
      numContainers: count,
      ...(label === undefined ? {} : { label }),
    });
  }

  /** Resolves when the process runs. @throws CONTAINER_LAUNCH_FAILED and what else the NodeManager refuses, WIRE_TIMEOUT */
  async start(
    container: AllocatedContainer,
    { command, environment, localResources }: ContainerCommand,
  ): Promise<void> {
    this.containers.set(container.containerId, container);
    await this.nodes.start(container, {
      command: [...command],
      environment: { ...environment },
      localResources: [...(localResources ?? submittedIn(this.surroundings.environment))],
    });
  }

  /** Ends a container. @throws AM_UNKNOWN_CONTAINER */
  async stop(containerId: string, reason = 'The AppMaster stopped it.'): Promise<void> {
    const container = this.containers.get(containerId);
    if (container === undefined) {
      throw new WeftError('AM_UNKNOWN_CONTAINER', `${containerId} was not started by this AppMaster.`);
    }
    await this.nodes.stop(container, reason);
    this.release(containerId);
  }

  /** Gives back a container that was allocated. */
  release(containerId: string): void {
    this.resourceManager.release(containerId);
  }

  /** Ends the application with a verdict. What still runs of it is stopped by the cluster. */
  async finish(status: FinalStatus, diagnostics = ''): Promise<void> {
    await this.resourceManager.finish(status, diagnostics, FINISH_PATIENCE_MS);
    this.close();
  }

  /** The files that `weft app -submit --resources` named, for containers that need them too. */
  static submittedResources(): readonly LocalResource[] {
    return submittedIn(process.env);
  }

  private close(): void {
    this.nodes.close();
    this.resourceManager.close();
  }

  private shutdown(reason: string): void {
    this.close();
    if (this.handlers.onShutdown !== undefined) this.handlers.onShutdown(reason);
    else this.surroundings.exit(1);
  }

  private createLink(onRegistered: (registration: Registration) => void): ResourceManagerLink {
    const { clock, dial, environment, log } = this.surroundings;
    return new ResourceManagerLink({
      url: requiredEnv(ENV.resourceManagerUrl, environment),
      attemptToken: requiredEnv(ENV.attemptToken, environment),
      host: environment[ENV.nodeHost] ?? '127.0.0.1',
      ...{ dial, clock, log },
      outbox: new EventOutbox(),
      heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
      self: () => ({ rpcPort: 0, trackingUrl: '', containers: [...this.containers.keys()] }),
      progress: () => this.progress,
      onRegistered: (registration, first) => {
        for (const container of registration.previousContainers) {
          this.containers.set(container.containerId, container);
        }
        if (first) onRegistered(registration);
      },
      onContainers: ({ allocated, completed }) => {
        for (const { containerId } of completed) this.containers.delete(containerId);
        if (allocated.length > 0) this.handlers.onAllocated(allocated);
        if (completed.length > 0) this.handlers.onCompleted(completed);
      },
      onNodeUpdate: ({ nodeId, state }) => {
        if (state === 'LOST') this.nodes.drop(nodeId);
      },
      onPreemption: (notices) => {
        this.handlers.onPreemption?.(notices);
      },
      onPending: (reason) => {
        this.handlers.onPending?.(reason);
      },
      onShutdown: (reason) => {
        this.shutdown(reason);
      },
      onRefused: (error) => {
        this.shutdown(error.message);
      },
    });
  }
}

function submittedIn(environment: Surroundings['environment']): LocalResource[] {
  return JSON.parse(environment[ENV.shippedFiles] ?? '[]') as LocalResource[];
}
