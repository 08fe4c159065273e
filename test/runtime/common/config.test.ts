import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  clusterOptions,
  jobOptions,
  loadConfiguration,
  memoryOptions,
  yarnOptions,
} from '../../../runtime/common/config/index.js';
import { parseDurationMs, parseMemoryBytes } from '../../../runtime/common/units.js';

function confDir(t: { teardown(fn: () => void): void }, yaml: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-conf-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  writeFileSync(join(folder, 'config.yaml'), yaml);
  return folder;
}

test('nested and flat keys mean the same; -D comes over the file', (t) => {
  const folder = confDir(
    t,
    'taskmanager:\n  numberOfTaskSlots: 4\nparallelism.default: 3\nheartbeat.interval: 250 ms\n',
  );
  const config = loadConfiguration(folder, { 'parallelism.default': '5' });
  t.is(config.get(clusterOptions.numberOfTaskSlots), 4);
  t.is(config.get(clusterOptions.parallelism), 5);
  t.is(config.get(clusterOptions.heartbeatIntervalMs), 250);
  t.is(config.originOf(clusterOptions.parallelism), '-Dparallelism.default');
  t.regex(config.originOf(clusterOptions.numberOfTaskSlots), /config\.yaml:2$/);
});

test('an unknown key is named with its line and the key that was meant', (t) => {
  const folder = confDir(t, '\nparalelism.default: 3\n');
  t.throws(() => loadConfiguration(folder), {
    message: /"paralelism\.default".*config\.yaml:2.*Did you mean parallelism\.default\?/,
  });
});

test('a bad value is named with its key, line and reason', (t) => {
  const folder = confDir(t, 'taskmanager.memory.process.size: lots\n');
  t.throws(() => loadConfiguration(folder), {
    message: /taskmanager\.memory\.process\.size: "lots" is not a memory size.*config\.yaml:1/,
  });
  t.throws(() => loadConfiguration(undefined, { 'parallelism.default': '0' }), { message: /0 is less than 1/ });
  t.throws(() => loadConfiguration(undefined, { 'taskmanager.memory.process.size': '10m' }), {
    message: /10(\.0)? MB is less than 192(\.0)? MB/,
  });
  t.throws(() => loadConfiguration(undefined, { 'pipeline.object-reuse': 'yes' }), {
    message: /neither true nor false/,
  });
});

test('broken YAML is named with its file', (t) => {
  t.throws(() => loadConfiguration(confDir(t, 'a: [1,\n')), { message: /config\.yaml/ });
});

test('older names still work, and the current one wins over them', (t) => {
  t.is(loadConfiguration(undefined, { 'execution.buffer-timeout': '5 ms' }).get(jobOptions.bufferTimeoutMs), 5);
  const both = { 'execution.buffer-timeout': '5 ms', 'execution.buffer-timeout.interval': '7 ms' };
  t.is(loadConfiguration(undefined, both).get(jobOptions.bufferTimeoutMs), 7);
});

test('open families take any name', (t) => {
  const config = loadConfiguration(undefined, { 'containerized.taskmanager.env.TZ': 'UTC' });
  t.deepEqual([...config.family('containerized.taskmanager.env.')], [['TZ', 'UTC']]);
});

test('properties survive a trip to another process', (t) => {
  const config = loadConfiguration(undefined, { 'yarn.ship-files': 'a;b', 'jobmanager.memory.process.size': '1g' });
  const copy = loadConfiguration(undefined, config.toProperties());
  t.deepEqual(copy.get(yarnOptions.shipFiles), ['a', 'b']);
  t.is(copy.get(memoryOptions.jobManagerProcess), 1024 ** 3);
});

test('units', (t) => {
  t.is(parseMemoryBytes('1gb'), 1024 ** 3);
  t.is(parseMemoryBytes('64 kb'), 65_536);
  t.is(parseMemoryBytes('512', 1024 ** 2), 512 * 1024 ** 2);
  t.throws(() => parseMemoryBytes('1.5g'));
  t.is(parseDurationMs('10 s'), 10_000);
  t.is(parseDurationMs('PT1M10S'), 70_000);
  t.is(parseDurationMs('250'), 250);
  t.throws(() => parseDurationMs('soon'));
});
