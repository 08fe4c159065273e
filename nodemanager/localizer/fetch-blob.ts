import { Readable } from 'node:stream';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { firstAnswer } from '../../runtime/common/http/addresses.js';
import type { FetchBlob } from './file-cache.js';

const TIMEOUT_MS = 60_000;
/** One ResourceManager takes over from another within this time. */
const FAILOVER_PATIENCE_MS = 20_000;

/** Fetches from the ResourceManager's store, `GET /weft/v1/blobs/{sha256}`, with the node's token. */
export function blobsOf(address: () => string | Promise<string>, token: () => string, clock: Clock): FetchBlob {
  return async (sha256) => {
    const response = await firstAnswer(await address(), clock, FAILOVER_PATIENCE_MS, async (base) => {
      const url = `${base}/weft/v1/blobs/${sha256}`;
      const headers = { authorization: `Bearer ${token()}` };
      const answer = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((cause: unknown) => {
        throw new WeftError('UNREACHABLE', `${url} does not answer.`, { cause, subject: url });
      });
      if (answer.status === 503) throw new WeftError('UNREACHABLE', `${base} does not lead now.`, { subject: url });
      return answer;
    });
    if (!response.ok || response.body === null) {
      const text = await response.text().catch(() => '');
      throw new WeftError('BLOB_NOT_FOUND', `${response.url} answered ${response.status}: ${text.slice(0, 500)}`);
    }
    return Readable.fromWeb(response.body);
  };
}
