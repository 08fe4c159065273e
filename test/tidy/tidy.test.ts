import { posix } from 'node:path';
import test from 'ava';
import { ROOMS, importsOf, sourcesOf } from './sources.js';

/** Which rooms a room may import, as ARCHITECTURE.md says; every room may import itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'runtime/common': [],
  'runtime/functions': ['runtime/common'],
  'runtime/serde': ['runtime/functions', 'runtime/common'],
  'runtime/state': ['runtime/functions', 'runtime/serde', 'runtime/common'],
  'runtime/time': ['runtime/state', 'runtime/functions', 'runtime/serde', 'runtime/common'],
  'runtime/graph': ['runtime/functions', 'runtime/serde', 'runtime/common'],
  'runtime/api': ['runtime/graph', 'runtime/functions', 'runtime/serde', 'runtime/common'],
  'runtime/bundle': ['runtime/api', 'runtime/graph', 'runtime/common'],
  'runtime/exchange': ['runtime/graph', 'runtime/serde', 'runtime/common', 'runtime/functions'],
  'runtime/operators': [
    'runtime/state',
    'runtime/time',
    'runtime/graph',
    'runtime/functions',
    'runtime/serde',
    'runtime/connectors',
    'runtime/common',
  ],
  'runtime/connectors': ['runtime/graph', 'runtime/functions', 'runtime/common'],
  'runtime/memory': ['runtime/common'],
  'runtime/batch': ['runtime/memory', 'runtime/serde', 'runtime/common'],
  'runtime/checkpoint': ['runtime/state', 'runtime/common'],
  'runtime/taskmanager': [
    'runtime/batch',
    'runtime/memory',
    'runtime/checkpoint',
    'runtime/api',
    'runtime/exchange',
    'runtime/operators',
    'runtime/state',
    'runtime/time',
    'runtime/connectors',
    'runtime/bundle',
    'runtime/graph',
    'runtime/functions',
    'runtime/serde',
    'runtime/common',
  ],
  'runtime/jobmanager': [
    'runtime/checkpoint',
    'runtime/api',
    'runtime/connectors',
    'runtime/bundle',
    'runtime/graph',
    'runtime/functions',
    'runtime/common',
  ],
  'runtime/local': [
    'runtime/api',
    'runtime/jobmanager',
    'runtime/taskmanager',
    'runtime/exchange',
    'runtime/bundle',
    'runtime/graph',
    'runtime/common',
  ],
  'runtime/testing': [
    'runtime/api',
    'runtime/local',
    'runtime/jobmanager',
    'runtime/taskmanager',
    'runtime/exchange',
    'runtime/state',
    'runtime/connectors',
    'runtime/graph',
    'runtime/functions',
    'runtime/common',
  ],
  'runtime/webui': [],
  resourcemanager: ['runtime/common'],
  nodemanager: ['runtime/common'],
  appmaster: ['runtime/common', 'runtime/graph'],
  cli: ['runtime', 'resourcemanager/scheduler', 'resourcemanager/config'],
};

const sources = sourcesOf(ROOMS);

function roomOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((room) => path === room || path.startsWith(`${room}/`));
}

test('every source belongs to a room', (t) => {
  t.deepEqual(
    sources.filter(({ path }) => roomOf(path) === undefined).map(({ path }) => path),
    [],
  );
});

test('imports go downward only', (t) => {
  const wrong: string[] = [];
  for (const { path, text } of sources) {
    const room = roomOf(path) ?? '';
    for (const module of importsOf(text).filter((name) => name.startsWith('.'))) {
      const target = posix.join(posix.dirname(path), module);
      const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
      if (!allowed.some((prefix) => target.startsWith(`${prefix}/`))) wrong.push(`${path} imports ${target}`);
    }
  }
  t.deepEqual(wrong, []);
});

test('no file is over 30 kB, and nine of ten are under 14 kB', (t) => {
  const sizes = sources.map(({ text }) => Buffer.byteLength(text)).sort((a, b) => a - b);
  t.deepEqual(
    sources.filter(({ text }) => Buffer.byteLength(text) > 30_000).map(({ path }) => path),
    [],
  );
  t.true(sizes[Math.floor(sizes.length * 0.9)] < 14_000);
});

test('the scheduler knows no clock, chance, file or socket', (t) => {
  const scheduler = sourcesOf(['resourcemanager/scheduler']);
  const forbidden = /from 'node:|systemClock|Date\.now|Math\.random|setTimeout|setInterval/;
  t.true(scheduler.length > 0);
  t.deepEqual(
    scheduler.filter(({ text }) => forbidden.test(text)).map(({ path }) => path),
    [],
  );
});

test('nothing is left to do, and no drawer is called utils or helpers', (t) => {
  t.deepEqual(
    sources.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path),
    [],
  );
  t.deepEqual(
    sources.filter(({ path }) => /(^|\/)(utils?|helpers?|misc)(\/|\.ts)/.test(path)).map(({ path }) => path),
    [],
  );
});

test('every exported name is used somewhere else, or is part of the package’s API', (t) => {
  const everywhere = sourcesOf([...ROOMS, 'test', 'bench', 'examples']);
  const words = new Map<string, number>();
  for (const { text } of everywhere) {
    for (const word of new Set(text.match(/[A-Za-z_$][\w$]*/g) ?? [])) words.set(word, (words.get(word) ?? 0) + 1);
  }
  const dead: string[] = [];
  for (const { path, text } of sources) {
    if (path.startsWith('runtime/api/') || path.startsWith('runtime/functions/')) continue;
    for (const match of text.matchAll(
      /^export (?:abstract )?(?:async )?(?:function|class|const|interface|type) (\w+)/gm,
    )) {
      const usedHere = text.match(new RegExp(`\\b${match[1]}\\b`, 'g'))?.length ?? 0;
      // A type that only its own file names is still the type of something exported there.
      if (words.get(match[1]) === 1 && usedHere === 1) dead.push(`${path}: ${match[1]}`);
    }
  }
  t.deepEqual(dead, []);
});
