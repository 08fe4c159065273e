import test from 'ava';
import { ManagedMemory, PAGE_BYTES } from '../../../runtime/memory/index.js';

const plan = 'process 1 GB = …';

test('an owner gets pages up to its budget, and again those that it gave back', (t) => {
  const memory = new ManagedMemory(10 * PAGE_BYTES, plan);
  const share = memory.claim('sort', 3 * PAGE_BYTES);
  const [first, second, third] = [share.takePage(), share.takePage(), share.takePage()];
  t.is(first?.length, PAGE_BYTES);
  t.truthy(second);
  t.truthy(third);
  t.is(share.takePage(), undefined);
  t.false(share.reserve(1));
  if (second !== undefined) share.givePage(second);
  t.is(share.takePage(), second);
  t.like(memory.usage(), { totalBytes: 10 * PAGE_BYTES, usedBytes: 3 * PAGE_BYTES });
});

test('a page for something big counts as the pages that it takes', (t) => {
  const share = new ManagedMemory(4 * PAGE_BYTES, plan).claim('sort', Infinity);
  t.is(share.takePage(PAGE_BYTES + 1)?.length, 2 * PAGE_BYTES);
  t.is(share.usedBytes, 2 * PAGE_BYTES);
  t.is(share.takePage(3 * PAGE_BYTES), undefined);
});

test('budgets never exceed the memory, and go back when their owner is done', (t) => {
  const memory = new ManagedMemory(10 * PAGE_BYTES, plan);
  const first = memory.claim('first', 6 * PAGE_BYTES);
  const second = memory.claim('second', 6 * PAGE_BYTES);
  t.is(second.budgetBytes, 4 * PAGE_BYTES);
  t.is(memory.unclaimedBytes, 0);
  first.takePage();
  first.release();
  t.is(memory.unclaimedBytes, 6 * PAGE_BYTES);
  t.deepEqual(
    memory.usage().owners.map(({ owner, usedBytes }) => [owner, usedBytes]),
    [['second', 0]],
  );
});

test('who cannot work with what is left is refused with the plan', (t) => {
  const memory = new ManagedMemory(PAGE_BYTES, plan);
  const error = t.throws(() => memory.claim('Sort', Infinity, 4 * PAGE_BYTES), { code: 'TASK_MANAGED_MEMORY' });
  t.is(
    error.message,
    "Sort needs 256 kB of managed memory at least, but has 64 kB of the slot's 64 kB: process 1 GB = ….",
  );
});
