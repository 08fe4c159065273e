/** The metrics that the functions of one subtask registered. */
import type { UserMetric } from '../common/wire/protocols/task-findings.js';
import {
  DescriptiveStatisticsHistogram,
  type MetricCounter,
  type MetricGauge,
  type MetricGroup,
  type MetricHistogram,
  type MetricMeter,
} from '../functions/index.js';

type Scope = UserMetric['groups'];

interface Registered {
  operator: string;
  groups: Scope;
  name: string;
  read: (nowMs: number) => Pick<UserMetric, 'type' | 'value' | 'statistics'>;
}

export class UserMetrics {
  private readonly metrics = new Map<string, Registered>();

  /** @param warn told of a metric that is not reported */
  constructor(private readonly warn: (operator: string, reason: string) => void) {}

  /** Where the functions of an operator register theirs. */
  groupOf(operator: string): MetricGroup {
    return new RegisteringGroup([], (groups, name, read) => this.add({ operator, groups, name, read }));
  }

  /** What they show now; undefined when there is none. A gauge that throws is left out. */
  samples(nowMs: number): UserMetric[] | undefined {
    if (this.metrics.size === 0) return undefined;
    return [...this.metrics.values()].flatMap(({ operator, groups, name, read }) => {
      try {
        return [{ operator, groups, name, ...read(nowMs) }];
      } catch {
        return [];
      }
    });
  }

  private add(metric: Registered): void {
    const { operator, groups, name } = metric;
    const path = [operator, ...groups.flatMap((group) => [group.name, group.value ?? '']), name].join('\n');
    if (this.metrics.has(path)) {
      this.warn(operator, `the metric "${name}" exists already; the later one is not reported`);
    } else this.metrics.set(path, metric);
  }
}

class RegisteringGroup implements MetricGroup {
  constructor(
    private readonly groups: Scope,
    private readonly register: (groups: Scope, name: string, read: Registered['read']) => void,
  ) {}

  counter<C extends MetricCounter>(name: string, given?: C): C {
    const counter = given ?? (new SimpleCounter() as unknown as C);
    this.register(this.groups, name, () => ({ type: 'counter', value: encoded(counter.getCount()) }));
    return counter;
  }

  gauge<T>(name: string, given: (() => T) | MetricGauge<T>): MetricGauge<T> {
    const gauge = typeof given === 'function' ? { getValue: given } : given;
    this.register(this.groups, name, () => ({ type: 'gauge', value: encoded(gauge.getValue()) }));
    return gauge;
  }

  meter<M extends MetricMeter>(name: string, given?: M): M {
    const view = new MeterView();
    const meter = given ?? (view as unknown as M);
    this.register(this.groups, name, (nowMs) => {
      view.update(nowMs);
      return { type: 'meter', value: encoded(meter.getRate()) };
    });
    return meter;
  }

  histogram<H extends MetricHistogram>(name: string, given?: H): H {
    const histogram = given ?? (new DescriptiveStatisticsHistogram() as unknown as H);
    this.register(this.groups, name, () => {
      const statistics = histogram.getStatistics();
      const { min, max, mean, stddev } = statistics;
      const at = (quantile: number): number => statistics.getQuantile(quantile);
      const quantiles = { p50: at(0.5), p75: at(0.75), p95: at(0.95), p98: at(0.98), p99: at(0.99), p999: at(0.999) };
      return {
        type: 'histogram',
        value: encoded(histogram.getCount()),
        statistics: { min, max, mean, stddev, ...quantiles },
      };
    });
    return histogram;
  }

  addGroup(name: string, value?: string): MetricGroup {
    return new RegisteringGroup([...this.groups, { name, ...(value === undefined ? {} : { value }) }], this.register);
  }
}

class SimpleCounter implements MetricCounter {
  private count = 0;

  inc(by = 1): void {
    this.count += by;
  }

  dec(by = 1): void {
    this.count -= by;
  }

  getCount(): number {
    return this.count;
  }
}

const METER_SPAN_MS = 60_000;
const METER_STEP_MS = 5000;

/** Events a second over the last minute, in steps of five seconds. */
class MeterView implements MetricMeter {
  private count = 0;
  private rate = 0;
  /** Counts at the steps of the last minute, the oldest first. */
  private readonly steps: { timeMs: number; count: number }[] = [];

  markEvent(count = 1): void {
    this.count += count;
  }

  getRate(): number {
    return this.rate;
  }

  getCount(): number {
    return this.count;
  }

  update(nowMs: number): void {
    const last = this.steps.at(-1);
    if (last === undefined || nowMs - last.timeMs >= METER_STEP_MS)
      this.steps.push({ timeMs: nowMs, count: this.count });
    while (nowMs - (this.steps[0]?.timeMs ?? nowMs) > METER_SPAN_MS) this.steps.shift();
    const [first] = this.steps;
    const seconds = first === undefined ? 0 : (nowMs - first.timeMs) / 1000;
    this.rate = seconds === 0 ? 0 : (this.count - (first?.count ?? 0)) / seconds;
  }
}

/** JSON has no words for NaN, the infinities and big integers. */
function encoded(value: unknown): number | string | boolean {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
