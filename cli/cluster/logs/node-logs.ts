/** A NodeManager's logs, over its REST API. */
import { WeftError } from '../../../runtime/common/errors/index.js';
import { clusterToken } from '../../client/credentials.js';
import { JsonHttp } from '../../client/json-http.js';
import type { LogSource } from './log-source.js';

const TIMEOUT_MS = 10_000;

interface Listing {
  appLogs: { containers: { containerId: string; files: { name: string; sizeBytes: number }[] }[] };
}

/** The log files that an application left on a node. @throws UNREACHABLE */
export async function listLogs(nodeUrl: string, applicationId: string): Promise<LogSource[]> {
  const http = new JsonHttp(nodeUrl, { peer: `the NodeManager`, timeoutMs: TIMEOUT_MS, token: clusterToken() });
  try {
    const { appLogs } = (await http.get(`/ws/v1/node/applogs/${applicationId}`)) as Listing;
    return appLogs.containers.flatMap(({ containerId, files }) =>
      files.map(({ name, sizeBytes }) => ({ nodeUrl, containerId, file: name, sizeBytes })),
    );
  } finally {
    http.close();
  }
}

/** Bytes of a log from an offset on. @throws UNREACHABLE */
export async function readLog(
  { nodeUrl, containerId, file }: LogSource,
  offset: number,
  sizeBytes: number,
): Promise<Buffer> {
  const path = `/ws/v1/node/containerlogs/${containerId}/${file}?offset=${offset}&size=${sizeBytes}`;
  try {
    const token = clusterToken();
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(nodeUrl + path, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (cause) {
    const message = `${file} of ${containerId} cannot be read from ${nodeUrl}: ${(cause as Error).message}`;
    throw new WeftError('UNREACHABLE', message, { cause });
  }
}
