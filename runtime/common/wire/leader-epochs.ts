import type { LeaderEpoch } from './protocols/shared.js';

/** Tells a ResourceManager that was replaced, and woke up without knowing it, from the one that leads. Pure. */
export class LeaderEpochs {
  private latest: LeaderEpoch | undefined;

  /** Whether a later one has been heard already. A cluster that was born anew counts from the start. */
  isStale(heard: LeaderEpoch): boolean {
    if (this.latest?.cluster === heard.cluster && heard.epoch < this.latest.epoch) return true;
    this.latest = heard;
    return false;
  }
}
