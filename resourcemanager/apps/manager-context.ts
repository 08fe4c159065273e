import type { BlobStore } from '../../runtime/common/blobs/blob-store.js';
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { ResourceManagerSettings } from '../config/settings.js';
import type { Authentication } from '../../runtime/common/security/authentication.js';
import type { Scheduler, SchedulerEvent } from '../scheduler/index.js';
import type { TokenService } from '../security/token-service.js';
import type { StateStore } from '../store/state-store.js';
import type { ApplicationRegistry } from './application-registry.js';
import type { ContainerLedger } from './container-ledger.js';
import type { NodeCommands } from './node-commands.js';

/** What the managers of applications, attempts and containers work with. */
export interface ManagerContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: ResourceManagerSettings;
  readonly store: StateStore;
  readonly tokens: TokenService;
  /** What clients of this cluster, and of its applications, must bring. */
  readonly authentication: Authentication;
  readonly applications: ApplicationRegistry;
  readonly ledger: ContainerLedger;
  readonly nodes: NodeCommands;
  /** Uploaded files. */
  readonly blobs: BlobStore;
  readonly scheduler: Scheduler;
  /** Tells the Scheduler, and carries out what it decides. */
  readonly schedule: (event: SchedulerEvent) => void;
  /** `http://host:port` of this ResourceManager; with those that stand by, separated by commas. */
  readonly addresses: () => string;
}
