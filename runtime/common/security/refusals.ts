/**
 * What a process refused: counted by code for its metrics, and explained in the log once for each cause, so that a peer
 * that goes on and on fills neither the disk nor anybody's head.
 */
import type { Clock } from '../clock.js';
import { asWeftError } from '../errors/index.js';
import type { Logger } from '../log/logger.js';
import type { MetricFamily } from '../metrics/exposition.js';

/** A cause that goes on is told again after this time, with how often it came meanwhile. */
const TELL_AGAIN_MS = 600_000;

interface Cause {
  tellAtMs: number;
  untold: number;
}

export class Refusals {
  private readonly counts = new Map<string, number>();
  /** Codes and places are ours and few, so what strangers send cannot make these grow. */
  private readonly causes = new Map<string, Cause>();

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Counts a refusal that its sender is told of anyway. */
  readonly count = (error: unknown): void => {
    const { code } = asWeftError(error);
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
  };

  /**
   * Counts a refusal, and tells the log of the first from this cause.
   * @param place which of our ports or protocols
   * @param from address of the peer, where known
   */
  note(place: string, error: unknown, from?: string): void {
    this.count(error);
    const { code } = asWeftError(error);
    const cause = this.causeOf(`${place} ${code}`);
    const nowMs = this.clock.monotonicMs();
    if (nowMs < cause.tellAtMs) {
      cause.untold++;
      return;
    }
    const { untold } = cause;
    Object.assign(cause, { tellAtMs: nowMs + TELL_AGAIN_MS, untold: 0 });
    this.log.warn(
      { err: error, place, from, ...(untold === 0 ? {} : { untold }) },
      'refused; more of it is only counted',
    );
  }

  /** By code. */
  get entries(): ReadonlyMap<string, number> {
    return this.counts;
  }

  private causeOf(key: string): Cause {
    const known = this.causes.get(key);
    if (known !== undefined) return known;
    const cause: Cause = { tellAtMs: -Infinity, untold: 0 };
    this.causes.set(key, cause);
    return cause;
  }
}

/** @param scope the role: `resourcemanager`, `nodemanager` … */
export function refusalFamily(scope: string, { entries }: Refusals): MetricFamily {
  return {
    name: `${scope}_refused_requests_total`,
    help: 'Connections, messages and requests that were refused, by the code of the refusal.',
    type: 'counter',
    samples: [...entries].map(([code, value]) => ({ labels: { code }, value })),
  };
}
