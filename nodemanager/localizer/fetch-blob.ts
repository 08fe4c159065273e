import { Readable } from 'node:stream';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { FetchBlob } from './file-cache.js';

const TIMEOUT_MS = 60_000;

/** Fetches from the ResourceManager's store, `GET /weft/v1/blobs/{sha256}`, with the node's token. */
export function blobsOf(address: () => string | Promise<string>, token: () => string): FetchBlob {
  return async (sha256) => {
    const url = `${await address()}/weft/v1/blobs/${sha256}`;
    let response: Response;
    try {
      const headers = { authorization: `Bearer ${token()}` };
      response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (cause) {
      throw new WeftError('UNREACHABLE', `${url} does not answer.`, { cause, subject: url });
    }
    if (!response.ok || response.body === null) {
      const text = await response.text().catch(() => '');
      throw new WeftError('BLOB_NOT_FOUND', `${url} answered ${response.status}: ${text.slice(0, 500)}`);
    }
    return Readable.fromWeb(response.body);
  };
}
