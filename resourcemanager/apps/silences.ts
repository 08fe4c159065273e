import type { ApplicationId, ContainerId } from '../../runtime/common/ids.js';
import { LivenessMonitor } from '../../runtime/common/liveness.js';
import { livenessCheckIntervalMs, type ResourceManagerSettings } from '../config/settings.js';

/** Whose silence is waited out, each for its own time. */
export class Silences {
  /** Applications whose AppMaster runs and must be heard of. */
  readonly appMasters: LivenessMonitor<ApplicationId>;
  /** Applications that are finishing or being killed, and must be through in time. */
  readonly ending: LivenessMonitor<ApplicationId>;
  /** Containers that were allocated and must be started in time. */
  readonly unstarted: LivenessMonitor<ContainerId>;

  constructor(settings: ResourceManagerSettings) {
    const checkedEveryMs = livenessCheckIntervalMs(settings);
    this.appMasters = new LivenessMonitor(settings.appMasterExpiryIntervalMs, checkedEveryMs);
    this.ending = new LivenessMonitor(settings.appMasterExpiryIntervalMs, checkedEveryMs);
    this.unstarted = new LivenessMonitor(settings.containerExpiryIntervalMs, checkedEveryMs);
  }

  /** The AppMaster need not be heard of any more, but its process must end in time. */
  awaitEnd(id: ApplicationId, nowMs: number): void {
    this.appMasters.forget(id);
    this.ending.heard(id, nowMs);
  }

  /** The application is over. */
  forget(id: ApplicationId): void {
    this.appMasters.forget(id);
    this.ending.forget(id);
  }
}
