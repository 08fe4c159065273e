/** Starts the AppMaster of an attempt on the node that the Scheduler chose. */
import type { Clock } from '../../runtime/common/clock.js';
import { ENV } from '../../runtime/common/environment.js';
import { hasCode, toWireError } from '../../runtime/common/errors/index.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { Authentication } from '../../runtime/common/security/authentication.js';
import type { ExitReason, LaunchContext } from '../../runtime/common/wire/protocols/index.js';
import type { TokenService } from '../security/token-service.js';
import type { Application } from './application-registry.js';
import type { AttemptRecord } from './attempt.js';
import type { ContainerRecord } from './container.js';
import type { NodeCommands } from './node-commands.js';

interface Outcome {
  started(application: Application, attempt: AttemptRecord): void;
  failed(container: ContainerRecord, exit: ExitReason): void;
  /** The NodeManager was restarted before it answered. */
  interrupted(container: ContainerRecord): void;
}

export class AttemptLauncher {
  /** Starts that were sent and not answered yet. */
  private readonly underWay = new Set<string>();

  constructor(
    private readonly nodes: NodeCommands,
    private readonly tokens: TokenService,
    private readonly clock: Clock,
    private readonly log: Logger,
    /** `http://host:port` of this ResourceManager; with those that stand by, separated by commas. */
    private readonly addresses: () => string,
    private readonly authentication: Authentication,
    private readonly outcome: Outcome,
  ) {}

  /** Sends the start unless it is under way; while the node is not connected nothing happens: try again when it is. */
  launch(application: Application, attempt: AttemptRecord, container: ContainerRecord): void {
    if (this.underWay.has(container.id) || !this.nodes.isConnected(container.nodeId)) return;
    this.underWay.add(container.id);
    const { submission, user } = application.record;
    const context = this.contextOf(application, attempt);
    this.nodes
      .startContainer(container.nodeId, { containerId: container.id, user, resource: submission.resource, context })
      .then(
        () => {
          this.underWay.delete(container.id);
          this.outcome.started(application, attempt);
        },
        (error: unknown) => {
          this.underWay.delete(container.id);
          this.notStarted(container, error);
        },
      );
  }

  private notStarted(container: ContainerRecord, error: unknown): void {
    this.log.warn({ err: error, containerId: container.id }, 'an AppMaster could not be started');
    if (hasCode(error, 'WIRE_CLOSED')) {
      this.outcome.interrupted(container);
      return;
    }
    const { message, causes } = toWireError(error);
    const diagnostics = [message, ...causes.map((cause) => cause.message)].join(' Caused by: ');
    this.outcome.failed(container, { kind: 'launch-failed', exitStatus: -1000, diagnostics });
  }

  private contextOf({ record }: Application, attempt: AttemptRecord): LaunchContext {
    const { context } = record.submission;
    return {
      ...context,
      environment: {
        ...context.environment,
        USER: record.user,
        [ENV.applicationId]: record.id,
        [ENV.attemptId]: attempt.id,
        [ENV.resourceManagerUrl]: this.addresses(),
        [ENV.attemptToken]: this.tokens.attemptToken(attempt.id, this.clock.nowMs()),
        [ENV.applicationKey]: record.key,
        [ENV.authentication]: this.authentication,
      },
    };
  }
}
