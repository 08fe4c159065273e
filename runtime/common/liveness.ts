/** Silence past the timeout is a verdict: who has not been heard of for too long. Pure; the caller brings the time. */
export class LivenessMonitor<K> {
  private readonly lastHeardMs = new Map<K, number>();

  /** @param timeoutMs how long a peer may be silent */
  constructor(readonly timeoutMs: number) {}

  heard(peer: K, nowMs: number): void {
    this.lastHeardMs.delete(peer);
    this.lastHeardMs.set(peer, nowMs);
  }

  forget(peer: K): void {
    this.lastHeardMs.delete(peer);
  }

  lastHeard(peer: K): number | undefined {
    return this.lastHeardMs.get(peer);
  }

  /** Removes and returns the peers that are overdue. Costs only as much as there are overdue ones: oldest come first. */
  takeExpired(nowMs: number): K[] {
    const expired: K[] = [];
    for (const [peer, heardMs] of this.lastHeardMs) {
      if (nowMs - heardMs <= this.timeoutMs) break;
      expired.push(peer);
      this.lastHeardMs.delete(peer);
    }
    return expired;
  }
}
