/** What one subtask finds out about itself while it runs, for reports. */
import type { Fallback, TaskFindings } from '../../common/wire/protocols/task-findings.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import { HotKeys, TaskAccumulators, UserMetrics } from '../../operators/index.js';

/** More are only in the log. */
const MAX_FALLBACKS = 50;

export class Findings {
  readonly accumulators = new TaskAccumulators();
  readonly userMetrics: UserMetrics;
  private readonly fallbacks: Fallback[] = [];
  private readonly hotKeys: HotKeys[] = [];

  /** @param warn puts something into the TaskManager's log */
  constructor(private readonly warn: (text: string, detail: Record<string, string>) => void) {
    this.userMetrics = new UserMetrics((operator, reason) => warn('a metric is not reported', { operator, reason }));
  }

  /** A field can only be carried by the slow, generic encoding. */
  fallback(operator: string, path: string, reason: string): void {
    // Learning a shape, copying and sending may each find the same.
    if (this.fallbacks.some((known) => known.operator === operator && known.path === path)) return;
    this.warn('a field is carried by the slow, generic encoding', { operator, path, reason });
    if (this.fallbacks.length < MAX_FALLBACKS) this.fallbacks.push({ operator, path, reason });
  }

  /** The sample of an input that is grouped by the key. */
  sampleKeys(key: KeyFunction): HotKeys {
    const sample = new HotKeys(key);
    this.hotKeys.push(sample);
    return sample;
  }

  /** What there is to tell now; undefined when there is nothing. */
  collect(nowMs: number): TaskFindings | undefined {
    const parts = {
      accumulators: this.accumulators.states(),
      userMetrics: this.userMetrics.samples(nowMs),
      fallbacks: this.fallbacks.length === 0 ? undefined : [...this.fallbacks],
      hotKeys: this.hotKeys.length === 0 ? undefined : this.hotKeys.flatMap((sample) => sample.top()),
    };
    const told = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
    return Object.keys(told).length === 0 ? undefined : told;
  }
}
