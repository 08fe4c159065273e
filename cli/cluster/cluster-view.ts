/** What a ResourceManager says of its cluster, `GET /weft/v1/cluster`. */
import { clusterToken, userName } from '../client/credentials.js';
import { JsonHttp } from '../client/json-http.js';

export interface ClusterView {
  resourceManager: { url: string } | null;
  nodeManagers: NodeView[];
  applications: ApplicationView[];
}

export interface NodeView {
  nodeId: string;
  /** `http://host:port`. */
  url: string;
  state: string;
  usedMb: number;
  totalMb: number;
  usedVcores: number;
  totalVcores: number;
  containers: number;
}

export interface ApplicationView {
  id: string;
  name: string;
  queue: string;
  state: string;
  finalStatus: string;
  trackingUrl: string;
  /** Why it gets no resources, if it waits for them. */
  pendingReason?: string;
}

/** A command asks a cluster that is there; it need not wait long to know that it is not. */
const TIMEOUT_MS = 5000;

/** @throws UNREACHABLE */
export async function fetchClusterView(resourceManagerUrl: string, timeoutMs = TIMEOUT_MS): Promise<ClusterView> {
  const http = new JsonHttp(resourceManagerUrl, {
    peer: 'the ResourceManager',
    timeoutMs,
    token: clusterToken(),
    user: userName(),
  });
  try {
    return (await http.get('/weft/v1/cluster')) as ClusterView;
  } finally {
    http.close();
  }
}
