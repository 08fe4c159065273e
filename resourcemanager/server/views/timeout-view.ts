import type { ApplicationRecord } from '../../apps/application.js';
import { isEnded } from '../../apps/application.js';
import { formatExpiry } from '../../apps/lifetime.js';

interface TimeoutView {
  type: 'LIFETIME';
  expiryTime: string;
  remainingTimeInSeconds: number;
}

/** YARN prints −1 for an unlimited lifetime, and 0 for what is over. */
export function timeoutView({ expiresMs, state }: ApplicationRecord, nowMs: number): TimeoutView {
  if (expiresMs === undefined) return { type: 'LIFETIME', expiryTime: 'UNLIMITED', remainingTimeInSeconds: -1 };
  const remaining = isEnded(state) ? 0 : Math.max(0, Math.floor((expiresMs - nowMs) / 1000));
  return { type: 'LIFETIME', expiryTime: formatExpiry(expiresMs), remainingTimeInSeconds: remaining };
}
