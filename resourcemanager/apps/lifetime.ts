/** YARN's application timeouts: the only type is LIFETIME, from submission to the moment when it is killed. */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ApplicationId } from '../../runtime/common/ids.js';

/** Applications with a limited lifetime, and when each of them is over. */
export class Lifetimes {
  private readonly expiryMs = new Map<ApplicationId, number>();

  set(id: ApplicationId, expiresMs: number | undefined): void {
    if (expiresMs === undefined) this.expiryMs.delete(id);
    else this.expiryMs.set(id, expiresMs);
  }

  forget(id: ApplicationId): void {
    this.expiryMs.delete(id);
  }

  /** Those whose time is over; they are not told again. */
  takeExpired(nowMs: number): ApplicationId[] {
    const expired = [...this.expiryMs].filter(([, expiresMs]) => expiresMs <= nowMs).map(([id]) => id);
    for (const id of expired) this.expiryMs.delete(id);
    return expired;
  }
}

/** ISO 8601 with a zone, as `2026-11-22T14:02:56.000+0000`. @throws HTTP_BAD_REQUEST unless it is a time to come */
export function parseExpiry(text: string, nowMs: number): number {
  const isComplete = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:?\d\d)$/.test(text);
  const expiresMs = isComplete ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(expiresMs)) {
    throw new WeftError(
      'HTTP_BAD_REQUEST',
      `"${text}" is no expiry time; it is written yyyy-MM-ddTHH:mm:ss.SSSZ, like 2030-01-31T18:00:00.000+0000.`,
    );
  }
  if (expiresMs > nowMs) return expiresMs;
  throw new WeftError('HTTP_BAD_REQUEST', `The expiry time ${text} has passed already.`);
}

/** As YARN prints it. */
export function formatExpiry(expiresMs: number): string {
  return new Date(expiresMs).toISOString().replace('Z', '+0000');
}
