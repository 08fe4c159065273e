import test from 'ava';
import type { MetricGroup } from '../../../runtime/functions/index.js';
import { UserMetrics } from '../../../runtime/operators/index.js';

function registry(): { metrics: UserMetrics; group: MetricGroup; warnings: string[] } {
  const warnings: string[] = [];
  const metrics = new UserMetrics((operator, reason) => warnings.push(`${operator}: ${reason}`));
  return { metrics, group: metrics.groupOf('Map'), warnings };
}

test('counters, gauges and groups', (t) => {
  const { metrics, group } = registry();
  t.is(metrics.samples(0), undefined);
  const counter = group.counter('seen');
  counter.inc();
  counter.inc(5);
  counter.dec();
  let queue = 3;
  group.addGroup('queue').gauge('length', () => queue);
  group.addGroup('city', 'Oslo').gauge('ratio', { getValue: () => NaN });
  queue = 4;
  t.deepEqual(metrics.samples(0), [
    { operator: 'Map', groups: [], name: 'seen', type: 'counter', value: 5 },
    { operator: 'Map', groups: [{ name: 'queue' }], name: 'length', type: 'gauge', value: 4 },
    { operator: 'Map', groups: [{ name: 'city', value: 'Oslo' }], name: 'ratio', type: 'gauge', value: 'NaN' },
  ]);
});

test('a meter counts events a second over the last minute', (t) => {
  const { metrics, group } = registry();
  const meter = group.meter('events');
  const rateAt = (seconds: number): unknown => metrics.samples(seconds * 1000)?.[0]?.value;
  t.is(rateAt(0), 0);
  meter.markEvent(100);
  t.is(rateAt(10), 10);
  for (let seconds = 15; seconds <= 70; seconds += 5) rateAt(seconds);
  t.is(meter.getCount(), 100);
  t.is(rateAt(75), 0);
});

test('a histogram tells its figures', (t) => {
  const { metrics, group } = registry();
  const histogram = group.histogram('size');
  for (let n = 1; n <= 99; n++) histogram.update(n);
  const [sample] = metrics.samples(0) ?? [];
  t.is(sample?.value, 99);
  t.like(sample?.statistics, { min: 1, max: 99, mean: 50, p50: 50, p75: 75, p95: 95, p99: 99, p999: 99 });
  for (let n = 0; n < 1000; n++) histogram.update(7);
  t.like(metrics.samples(0)?.[0]?.statistics, { min: 7, max: 7, stddev: 0 });
});

test('a name is taken once; a gauge that throws is left out', (t) => {
  const { metrics, group, warnings } = registry();
  group.counter('n').inc();
  group.counter('n').inc(5);
  group.gauge('broken', () => {
    throw new Error('no');
  });
  t.deepEqual(
    metrics.samples(0)?.map(({ name, value }) => `${name} ${String(value)}`),
    ['n 1'],
  );
  t.deepEqual(warnings, ['Map: the metric "n" exists already; the later one is not reported']);
});
