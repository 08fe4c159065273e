/** Clusters that take jobs: a JobManager by its address, or one that a ResourceManager knows of. */
import type { Clock } from '../../runtime/common/clock.js';
import { applicationEnded } from '../client/deploy.js';
import { isOver, type ApplicationReport } from '../client/application-report.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { findSession } from '../client/session-lookup.js';
import { toWireError } from '../../runtime/common/errors/index.js';
import type { JobOutcome } from '../../runtime/local/job-outcome.js';
import type { JobCluster } from './job-waiting.js';

export interface ClusterContext {
  clock: Clock;
  /** Connects on first use, because not every target needs a ResourceManager. @throws when none can be found */
  resourceManager: () => Promise<ResourceManagerClient>;
  notify: (message: string) => void;
}

/** The cluster of a running application; when its JobManager moves or ends, the ResourceManager knows. */
export function clusterOfApplication(
  applicationId: string,
  jobManagerUrl: string,
  context: ClusterContext,
): JobCluster {
  return {
    jobManagerUrl,
    async locate() {
      const report = await (await context.resourceManager()).report(applicationId);
      if (isOver(report)) return { outcome: outcomeOf(report) };
      const url = report.trackingUrl ?? '';
      return url === '' ? undefined : { jobManagerUrl: url };
    },
  };
}

/** @throws CLIENT_STALE_SESSION */
export async function clusterOfSession(
  applicationId: string,
  rememberedBy: string | undefined,
  context: ClusterContext,
): Promise<JobCluster> {
  const { clock, notify } = context;
  const { jobManagerUrl } = await findSession(
    applicationId,
    { client: await context.resourceManager(), clock, notify },
    rememberedBy,
  );
  return clusterOfApplication(applicationId, jobManagerUrl, context);
}

/** How the job of an application ended, as far as the application's own end tells. */
function outcomeOf(report: ApplicationReport): JobOutcome {
  const { finalStatus, state, elapsedTime: netRuntimeMs } = report;
  const common = { netRuntimeMs, accumulators: {} };
  if (state === 'FINISHED' && finalStatus === 'SUCCEEDED') return { status: 'SUCCEEDED', ...common };
  if (state === 'KILLED' || finalStatus === 'KILLED') return { status: 'CANCELED', ...common };
  return { status: 'FAILED', ...common, error: toWireError(applicationEnded(report)) };
}
