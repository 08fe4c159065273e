/** The ResourceManager's REST API for commands: YARN's paths, and Weft's own for files and events. */
import { hasCode } from '../../runtime/common/errors/index.js';
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { QueueView } from '../../resourcemanager/scheduler/index.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type {
  ApplicationReport,
  ApplicationState,
  AttemptDetails,
  AttemptReport,
  ClusterMetrics,
  ContainerReport,
  Explanation,
  NodeLabelReport,
  NodeReport,
} from './application-report.js';
import { clusterToken, rememberToken, userName } from './credentials.js';
import { JsonHttp } from './json-http.js';
import type { Submission } from './submission.js';

export class ResourceManagerClient {
  private readonly http: JsonHttp;

  /** @param url `http://host:port` */
  constructor(readonly url: string) {
    const token = clusterToken();
    // Its proxy too.
    rememberToken(url, token);
    this.http = new JsonHttp(url, { peer: 'the ResourceManager', user: userName() });
  }

  /** A fresh application id, and what a container may have at most. */
  async newApplication(): Promise<{ applicationId: string; maximum: Resource }> {
    const answer = (await this.http.post('/ws/v1/cluster/apps/new-application')) as {
      'application-id': string;
      'maximum-resource-capability': { memory: number; vCores: number };
    };
    const { memory, vCores } = answer['maximum-resource-capability'];
    return { applicationId: answer['application-id'], maximum: { memoryMb: memory, vcores: vCores } };
  }

  async submit(submission: Submission): Promise<void> {
    await this.http.post('/ws/v1/cluster/apps', submission);
  }

  /** With the JobManager's own address as its tracking URL, instead of the ResourceManager's proxy. */
  async report(applicationId: string): Promise<ApplicationReport> {
    const [{ app }, trackingUrl] = await Promise.all([
      this.http.get(`/ws/v1/cluster/apps/${applicationId}`) as Promise<{ app: ApplicationReport }>,
      this.jobManagerUrl(applicationId),
    ]);
    return { ...app, trackingUrl };
  }

  /** Empty while there is none. */
  private async jobManagerUrl(applicationId: string): Promise<string> {
    try {
      const answer = (await this.http.get(`/weft/v1/apps/${applicationId}/appmaster`)) as {
        trackingUrl: string;
        clientToken?: string;
      };
      rememberToken(answer.trackingUrl, answer.clientToken);
      return answer.trackingUrl;
    } catch (error) {
      // There is no AppMaster now, or no such application: the report says which.
      if (hasCode(error, 'UNREACHABLE')) throw error;
      return '';
    }
  }

  /**
   * @param states only these; none = all
   * @param filters types and tags, separated by commas
   */
  async list(
    states: readonly ApplicationState[] = [],
    filters: { applicationTypes?: string | undefined; applicationTags?: string | undefined } = {},
  ): Promise<ApplicationReport[]> {
    const query = new URLSearchParams();
    if (states.length > 0) query.set('states', states.join(','));
    for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value);
    const { apps } = (await this.http.get(`/ws/v1/cluster/apps?${query.toString()}`)) as {
      apps: { app?: ApplicationReport[] };
    };
    return apps.app ?? [];
  }

  /** Asks for the end of an application; it may take a moment until it is KILLED. */
  async kill(applicationId: string): Promise<void> {
    await this.http.put(`/ws/v1/cluster/apps/${applicationId}/state`, { state: 'KILLED' });
  }

  async attempts(applicationId: string): Promise<AttemptReport[]> {
    const { appAttempts } = (await this.http.get(`/ws/v1/cluster/apps/${applicationId}/appattempts`)) as {
      appAttempts: { appAttempt?: AttemptReport[] };
    };
    return appAttempts.appAttempt ?? [];
  }

  async attempt(applicationId: string, attemptId: string): Promise<AttemptDetails> {
    const path = `/ws/v1/cluster/apps/${applicationId}/appattempts/${attemptId}`;
    return (await this.http.get(path)) as AttemptDetails;
  }

  /** Ends an attempt, which counts as failed. @throws RM_CHANGE_REFUSED when it is over */
  async failAttempt(applicationId: string, attemptId: string): Promise<void> {
    await this.http.post(`/weft/v1/apps/${applicationId}/appattempts/${attemptId}/fail`);
  }

  /** Those that run. */
  async containers(applicationId: string, attemptId: string): Promise<ContainerReport[]> {
    const path = `/ws/v1/cluster/apps/${applicationId}/appattempts/${attemptId}/containers`;
    const { container = [] } = (await this.http.get(path)) as { container?: ContainerReport | ContainerReport[] };
    return Array.isArray(container) ? container : [container];
  }

  /** Those that ended lately, with the reason; the oldest first. */
  async endedContainers(applicationId: string): Promise<ContainerReport[]> {
    const path = `/ws/v1/weft/apps/${applicationId}/ended-containers`;
    return ((await this.http.get(path)) as { containers: ContainerReport[] }).containers;
  }

  /** @throws HTTP_NOT_FOUND for one that does not run, RM_FORBIDDEN */
  async signalContainer(containerId: string, command: string): Promise<void> {
    await this.http.post(`/ws/v1/cluster/containers/${containerId}/signal/${command}`);
  }

  async container(applicationId: string, attemptId: string, containerId: string): Promise<ContainerReport> {
    const path = `/ws/v1/cluster/apps/${applicationId}/appattempts/${attemptId}/containers/${containerId}`;
    return (await this.http.get(path)) as ContainerReport;
  }

  /** @returns the path of its new queue. @throws RM_CHANGE_REFUSED, RM_FORBIDDEN */
  async move(applicationId: string, queue: string): Promise<string> {
    const path = `/ws/v1/cluster/apps/${applicationId}/queue`;
    return ((await this.http.put(path, { queue })) as { queue: string }).queue;
  }

  /** @returns the priority that it has now. @throws RM_CHANGE_REFUSED, RM_FORBIDDEN */
  async prioritize(applicationId: string, priority: number): Promise<number> {
    const path = `/ws/v1/cluster/apps/${applicationId}/priority`;
    return ((await this.http.put(path, { priority })) as { priority: number }).priority;
  }

  /** @returns when it ends at the latest, as text. @throws RM_APPLICATION_ENDED, RM_FORBIDDEN */
  async expireAt(applicationId: string, expiresMs: number): Promise<string> {
    const timeout = { type: 'LIFETIME', expiryTime: new Date(expiresMs).toISOString() };
    const path = `/ws/v1/cluster/apps/${applicationId}/timeout`;
    return ((await this.http.put(path, { timeout })) as { timeout: { expiryTime: string } }).timeout.expiryTime;
  }

  /** The chain's events, as they reached the ResourceManager. */
  async events(applicationId: string): Promise<ChainEvent[]> {
    return ((await this.http.get(`/ws/v1/weft/apps/${applicationId}/events`)) as { events: ChainEvent[] }).events;
  }

  /** When the leading ResourceManager was started, epoch milliseconds. */
  async startedMs(): Promise<number> {
    const answer = (await this.http.get('/ws/v1/cluster/info')) as { clusterInfo: { startedOn: number } };
    return answer.clusterInfo.startedOn;
  }

  async metrics(): Promise<ClusterMetrics> {
    return ((await this.http.get('/ws/v1/cluster/metrics')) as { clusterMetrics: ClusterMetrics }).clusterMetrics;
  }

  /** Each gate on the way to the application's next container. */
  async explain(applicationId: string): Promise<Explanation> {
    return (await this.http.get(`/ws/v1/weft/apps/${applicationId}/explain`)) as Explanation;
  }

  /** @param states separated by commas. @default those that are part of the cluster */
  async nodes(states?: string): Promise<NodeReport[]> {
    const query = states === undefined ? '' : `?states=${encodeURIComponent(states)}`;
    const { nodes } = (await this.http.get(`/ws/v1/cluster/nodes${query}`)) as { nodes: { node?: NodeReport[] } };
    return nodes.node ?? [];
  }

  /** @throws RM_UNKNOWN_NODE */
  async node(id: string): Promise<NodeReport> {
    return ((await this.http.get(`/ws/v1/cluster/nodes/${encodeURIComponent(id)}`)) as { node: NodeReport }).node;
  }

  /** Puts the include and exclude files in force. @throws CONFIG_BAD_FILE, RM_FORBIDDEN */
  async refreshNodes(grace: DecommissionGrace): Promise<Departures> {
    return (await this.http.post('/weft/v1/nodes/refresh', grace)) as Departures;
  }

  /** @throws RM_UNKNOWN_NODE, RM_FORBIDDEN */
  async decommission(nodeId: string, grace: DecommissionGrace): Promise<Departures> {
    const path = `/weft/v1/nodes/${encodeURIComponent(nodeId)}/decommission`;
    return (await this.http.post(path, grace)) as Departures;
  }

  /** @returns why it may not come back all the same, if so. @throws RM_FORBIDDEN */
  async recommission(nodeId: string): Promise<string | undefined> {
    const path = `/weft/v1/nodes/${encodeURIComponent(nodeId)}/recommission`;
    return ((await this.http.post(path)) as { refusal?: string }).refusal;
  }

  async nodeLabels(): Promise<NodeLabelReport[]> {
    const { nodeLabelInfo } = (await this.http.get('/ws/v1/cluster/get-node-labels')) as {
      nodeLabelInfo?: NodeLabelReport[];
    };
    return nodeLabelInfo ?? [];
  }

  /** @throws RM_NODE_LABELS, RM_FORBIDDEN */
  async addNodeLabels(labels: readonly NodeLabelReport[]): Promise<void> {
    await this.http.post('/ws/v1/cluster/add-node-labels', { nodeLabelInfo: labels });
  }

  /** @throws RM_NODE_LABELS, RM_FORBIDDEN */
  async removeNodeLabels(names: readonly string[]): Promise<void> {
    const query = names.map((name) => `labels=${encodeURIComponent(name)}`).join('&');
    await this.http.post(`/ws/v1/cluster/remove-node-labels?${query}`);
  }

  /** @throws RM_NODE_LABELS with nothing changed, RM_FORBIDDEN */
  async replaceNodeLabels(nodes: readonly { nodeId: string; labels: string[] }[]): Promise<void> {
    await this.http.post('/ws/v1/cluster/replace-node-to-labels', { nodeToLabels: nodes });
  }

  /** The tree of queues in force, and what the cluster has. */
  async queues(): Promise<{ tree: QueueView; capacity: Resource }> {
    return (await this.http.get('/weft/v1/queues')) as { tree: QueueView; capacity: Resource };
  }

  /** Has the queue files read again. @throws RM_BAD_QUEUES, CONFIG_BAD_FILE with nothing changed */
  async refreshQueues(): Promise<{ queues: string[] }> {
    return (await this.http.post('/weft/v1/queues/refresh')) as { queues: string[] };
  }

  /** What the Scheduler says of its queues, in the form of its kind. */
  async scheduler(): Promise<Record<string, unknown>> {
    const answer = (await this.http.get('/ws/v1/cluster/scheduler')) as {
      scheduler: { schedulerInfo: Record<string, unknown> };
    };
    return answer.scheduler.schedulerInfo;
  }

  hasBlob(sha256: string): Promise<boolean> {
    return this.http.head(`/weft/v1/blobs/${sha256}`);
  }

  async putBlob(sha256: string, content: Uint8Array): Promise<void> {
    await this.http.putBytes(`/weft/v1/blobs/${sha256}`, content);
  }

  close(): void {
    this.http.close();
  }
}

/** How nodes leave. */
export interface DecommissionGrace {
  graceful?: boolean;
  /** -1 = however long. @default the cluster's */
  timeoutSeconds?: number;
}

/** Ids of nodes that leave gracefully, and of those that have gone. */
export interface Departures {
  leaving: string[];
  gone: string[];
}
