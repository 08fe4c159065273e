import test from 'ava';
import { CANCEL_SPEC, RUN_SPEC } from '../../../cli/program/action-options.js';
import { parseOptions } from '../../../cli/program/option-parser.js';

test('short, long and one-dash long names; values beside or behind =', (t) => {
  for (const argv of [
    ['-p', '4'],
    ['--parallelism', '4'],
    ['-parallelism', '4'],
    ['--parallelism=4'],
    ['-p=4'],
    ['--par', '4'],
  ]) {
    t.is(parseOptions(argv, RUN_SPEC).get('parallelism'), '4', argv.join(' '));
  }
  t.is(parseOptions(['-jm', '512m', '-nm', 'x'], RUN_SPEC).get('jobManagerMemory'), '512m');
  t.deepEqual(parseOptions(['--ship', 'a', '--ship', 'b', 'x.ts'], RUN_SPEC).all('ship'), ['a', 'b']);
});

test('options end at the program', (t) => {
  const options = parseOptions(['-d', 'job.ts', '-p', '4', '-Dx=y', '--', '-d'], RUN_SPEC);
  t.true(options.has('detached'));
  t.false(options.has('parallelism'));
  t.deepEqual(options.words, ['job.ts', '-p', '4', '-Dx=y', '--', '-d']);
  t.deepEqual(options.properties, {});
});

test('for jobs, options may follow', (t) => {
  const options = parseOptions(['abc', '-t', 'yarn-session'], CANCEL_SPEC);
  t.is(options.get('target'), 'yarn-session');
  t.deepEqual(options.words, ['abc']);
});

test('-D takes any key, also apart, empty or alone', (t) => {
  const { properties } = parseOptions(['-Da.b=1=2', '-D', 'c=', '-Dflag', '-yDold=x', '-d', 'job.ts'], RUN_SPEC);
  t.deepEqual(properties, { 'a.b': '1=2', c: '', flag: 'true', old: 'x' });
});

test('what is wrong is told in commons-cli’s words', (t) => {
  t.throws(() => parseOptions(['--zzz'], RUN_SPEC), { message: 'Unrecognized option: --zzz' });
  t.throws(() => parseOptions(['-t'], RUN_SPEC), { message: 'Missing argument for option: t' });
  t.throws(() => parseOptions(['--yarn', 'x'], RUN_SPEC), { message: /^Ambiguous option: '--yarn'/ });
});
