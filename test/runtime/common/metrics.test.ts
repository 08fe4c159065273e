import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { expositionOf } from '../../../runtime/common/metrics/exposition.js';
import {
  PrometheusReporter,
  operatorFigures,
  ratesOf,
  type MetricFamily,
} from '../../../runtime/common/metrics/index.js';

const FAMILY: MetricFamily = {
  name: 'flink_a.b-c',
  help: 'two\nlines',
  type: 'gauge',
  samples: [
    { labels: { job: 'say "hi" \\ bye' }, value: 1.5 },
    { labels: {}, value: Infinity },
    { labels: { 'a-b': 'x' }, value: NaN, suffix: '_count' },
  ],
};

test('the text is what Prometheus reads', (t) => {
  t.is(
    expositionOf([FAMILY]),
    [
      '# HELP flink_a_b_c two\\nlines',
      '# TYPE flink_a_b_c gauge',
      'flink_a_b_c{job="say \\"hi\\" \\\\ bye"} 1.5',
      'flink_a_b_c +Inf',
      'flink_a_b_c_count{a_b="x"} NaN',
      '',
    ].join('\n'),
  );
});

function start(properties: Record<string, string>): Promise<PrometheusReporter | undefined> {
  return PrometheusReporter.start({
    configuration: configurationOf(properties),
    host: '127.0.0.1',
    log: silentLogger(),
    collect: () => [FAMILY],
  });
}

test('the reporter takes the first free port of the range, and answers every path', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  t.is(await start({ 'metrics.reporter.prom.port': String(port) }), undefined);
  const reporter = await start({ 'metrics.reporter.prom.port': `${port}-${port + 20}` });
  t.true((reporter?.port ?? 0) > port);
  const answer = await fetch(`http://127.0.0.1:${reporter?.port}/metrics`);
  t.regex(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  t.regex(await answer.text(), /^# HELP flink_a_b_c/);
  await reporter?.close();
  taken.close();
});

test('there is none unless the configuration asks for it', async (t) => {
  t.is(await start({}), undefined);
  t.is(await start({ 'metrics.reporters': 'other', 'metrics.reporter.prom.port': '0' }), undefined);
  const reporter = await start({ 'metrics.reporters': 'other, prom', 'metrics.reporter.prom.port': '0' });
  t.truthy(reporter);
  await reporter?.close();
});

test('rates are per second between two samples', (t) => {
  const figures = { executionId: '', recordsOut: 0, bytesIn: 0, bytesOut: 0, backPressuredMs: 0, idleMs: 0 };
  const sample = (timeMs: number, recordsIn: number, busyMs: number) => ({
    timeMs,
    metrics: { ...figures, recordsIn, busyMs },
  });
  t.like(ratesOf(sample(3000, 300, 1500), sample(1000, 100, 500)), {
    numRecordsInPerSecond: 100,
    busyTimeMsPerSecond: 500,
  });
  t.like(ratesOf(sample(3000, 300, 1500), undefined), { numRecordsInPerSecond: 0 });
});

test('operators have totals and rates of their own', (t) => {
  const figures = { executionId: '', recordsOut: 0, bytesIn: 0, bytesOut: 0, backPressuredMs: 0, idleMs: 0, busyMs: 0 };
  const sample = (timeMs: number, recordsIn: number) => {
    const operator = { operatorId: 'a', name: 'Filter', recordsIn, recordsOut: recordsIn / 2, bytesIn: 0, bytesOut: 9 };
    return { timeMs, metrics: { ...figures, recordsIn, operators: [operator] } };
  };
  const [filter] = operatorFigures(sample(3000, 300), sample(1000, 100));
  t.is(filter?.name, 'Filter');
  t.deepEqual(
    [...(filter?.values ?? [])].slice(0, 4),
    Object.entries({
      numRecordsIn: 300,
      numRecordsInPerSecond: 100,
      numRecordsOut: 150,
      numRecordsOutPerSecond: 50,
    }),
  );
});
