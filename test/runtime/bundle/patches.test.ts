import { setFlagsFromString } from 'node:v8';
import test from 'ava';
import { Patches } from '../../../runtime/bundle/context/patches.js';

setFlagsFromString('--allow-natives-syntax');

test('a replaced property is put back as it was', (t) => {
  const target: { kept: number; added?: number } = { kept: 1 };
  const patches = new Patches();
  patches.replace(target, 'kept', 2);
  patches.replace(target, 'added', 3);
  t.deepEqual(target, { kept: 2, added: 3 });
  patches.restore();
  t.deepEqual(target, { kept: 1 });
});

test('replacing a built-in function leaves the other ones as fast as they were', (t) => {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the only way to see how V8 keeps an object
  const isFast = new Function('value', 'return %HasFastProperties(value)') as (value: object) => boolean;
  const patches = new Patches();
  t.true(isFast(Math));
  patches.replace(Math, 'random', () => 0.5);
  t.true(isFast(Math));
  t.is(Math.random(), 0.5);
  patches.restore();
  t.true(isFast(Math));
});
