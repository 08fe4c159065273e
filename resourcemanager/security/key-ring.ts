/** A key of tokens that is replaced in time: the current one and the one before, as YARN's master keys. Pure. */
import { newTokenKey } from '../../runtime/common/security/token.js';

export interface KeyRing {
  /** The current key first, and the one before while tokens signed with it may be under way. */
  readonly keys: readonly string[];
  /** When the current one came into force, epoch milliseconds. */
  readonly rolledMs: number;
}

export function newKeyRing(nowMs: number): KeyRing {
  return { keys: [newTokenKey()], rolledMs: nowMs };
}

/**
 * The ring as it should be now: with a new key when the current one is older than the interval. A clock that was set back
 * begins a new interval instead of a wait for the time that it had come to; one that was set forward rolls once only.
 */
export function rolledInTime(ring: KeyRing, nowMs: number, intervalMs: number): KeyRing {
  if (nowMs < ring.rolledMs) return { ...ring, rolledMs: nowMs };
  if (nowMs - ring.rolledMs < intervalMs) return ring;
  return { keys: [newTokenKey(), ...ring.keys.slice(0, 1)], rolledMs: nowMs };
}
