import test from 'ava';
import { instantiate } from '../../../runtime/common/code-template.js';

function adder(n: number): (m: number) => number {
  return function add(m) {
    return n + m;
  };
}

test('each copy is code of its own that does the same', (t) => {
  const first = instantiate(adder);
  const second = instantiate(adder);
  t.not(first, second);
  t.is(first(1)(2), 3);
  t.is(second(10)(2), 12);
});

test('a template that refers to more than its parameters does not work, so it cannot go unnoticed', (t) => {
  const outside = adder(1);
  const leaky = (): number => outside(1);
  t.throws(() => instantiate(leaky)(), { instanceOf: ReferenceError });
});
