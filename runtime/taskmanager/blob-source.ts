/** Where a TaskManager gets job graphs and artifacts from: by the hash of their content. */
import { sha256 } from '../common/blobs/blob-store.js';
import { WeftError } from '../common/errors/index.js';

export interface BlobSource {
  /** @throws BLOB_NOT_FOUND, UNREACHABLE */
  fetch(hash: string): Promise<Uint8Array>;
}

const TIMEOUT_MS = 60_000;

/**
 * The JobManager's store, `GET /weft/v1/blobs/{sha256}`.
 * @param address `http://host:port` of the JobManager, asked anew each time, because a restarted one has moved
 */
export function httpBlobSource(address: () => string | Promise<string>, token: () => string): BlobSource {
  return {
    async fetch(hash) {
      const url = `${(await address()).replace(/\/$/, '')}/weft/v1/blobs/${hash}`;
      const headers = { authorization: `Bearer ${token()}` };
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
        (cause: unknown) => {
          throw new WeftError('UNREACHABLE', `The JobManager does not answer at ${url}.`, { cause, subject: url });
        },
      );
      if (!response.ok) {
        const text = await response.text().catch(() => '');
        throw new WeftError('BLOB_NOT_FOUND', `${url} answered ${response.status}: ${text.slice(0, 500)}`);
      }
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

/** The content of a blob that is what it shall be. @throws BLOB_CORRUPT */
export async function fetchChecked(blobs: BlobSource, hash: string, what: string): Promise<Uint8Array> {
  const content = await blobs.fetch(hash);
  const actual = sha256(content);
  if (actual === hash) return content;
  throw new WeftError('BLOB_CORRUPT', `${what} hashes to ${actual}, not to ${hash} as submitted.`, { subject: what });
}
