import type { BlobStore } from '../../runtime/common/blobs/blob-store.js';
import type { Clock } from '../../runtime/common/clock.js';
import type { ResourceType } from '../../runtime/common/config/resource-types.js';
import type { ApplicationRegistry } from '../apps/application-registry.js';
import type { ApplicationsManager } from '../apps/applications-manager.js';
import type { ContainerLedger } from '../apps/container-ledger.js';
import type { Decommissioning } from '../nodes/decommissioning.js';
import type { Racks } from '../nodes/racks.js';
import type { NodeLabels } from '../nodes/node-labels.js';
import type { NodeRegistry } from '../nodes/node-registry.js';
import type { AccessControl } from '../security/access-control.js';
import type { TokenService } from '../security/token-service.js';
import type { Scheduler } from '../scheduler/index.js';
import type { Authentication } from '../../runtime/common/security/authentication.js';
import type { Refusals } from '../../runtime/common/security/refusals.js';
import type { ClusterIdentity } from '../store/cluster-identity.js';
import type { StateStore } from '../store/state-store.js';

/** What the routes look at, and act through. */
export interface ClusterView {
  readonly clock: Clock;
  readonly identity: ClusterIdentity;
  /** When this process started, epoch milliseconds. */
  readonly startedMs: number;
  /** Of Weft. */
  readonly version: string;
  readonly store: StateStore;
  readonly scheduler: Scheduler;
  readonly applications: ApplicationRegistry;
  readonly containers: ContainerLedger;
  readonly nodes: NodeRegistry;
  readonly labels: NodeLabels;
  readonly decommissioning: Decommissioning;
  readonly racks: Pick<Racks, 'refresh'>;
  /** How long a node may take to leave, unless the command says; undefined = however long. */
  readonly decommissionTimeoutMs: number | undefined;
  readonly resourceTypes: ReadonlyMap<string, ResourceType>;
  readonly access: AccessControl;
  readonly refusals: Refusals;
  /** Whether requests must bring a token. */
  readonly authentication: Authentication;
  readonly tokens: TokenService;
  readonly manager: ApplicationsManager;
  readonly blobs: BlobStore;
  /** Puts the policy files as they are now in force. @throws RM_BAD_QUEUES, with nothing changed */
  readonly refreshQueues: () => void;
  /** `http://host:port` of this server. */
  readonly url: () => string;
}
