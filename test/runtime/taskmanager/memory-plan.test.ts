import test from 'ava';
import fc from 'fast-check';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { memorySharesOf, planMemory, slotHeapLimits } from '../../../runtime/taskmanager/memory-plan.js';

const MB = 1024 * 1024;
const planOf = (properties: Record<string, string>) => planMemory(memorySharesOf(configurationOf(properties)));

test('the default TaskManager of 1 GB', (t) => {
  const plan = planOf({});
  t.is(plan.processBytes, 1024 * MB);
  t.is(plan.overheadBytes, Math.floor(1024 * MB * 0.15));
  t.is(plan.networkBytes, Math.floor(((1024 * MB - plan.overheadBytes) * 0.1) / 32768) * 32768);
  t.is(plan.managedBytes, Math.floor((plan.processBytes - plan.overheadBytes) * 0.4));
});

test('the network share keeps to its bounds, the managed one to its fraction', (t) => {
  t.is(planOf({ 'taskmanager.memory.network.min': '200m' }).networkBytes, 200 * MB);
  t.is(planOf({ 'taskmanager.memory.network.min': '1m', 'taskmanager.memory.network.max': '2m' }).networkBytes, 2 * MB);
  const managed = planOf({ 'taskmanager.memory.managed.fraction': '0.2' });
  t.is(managed.managedBytes, Math.floor((managed.processBytes - managed.overheadBytes) * 0.2));
});

test('a size for managed memory counts instead of the fraction, and is not cut', (t) => {
  t.is(planOf({ 'taskmanager.memory.managed.size': '100m' }).managedBytes, 100 * MB);
  t.is(planOf({ 'taskmanager.memory.size': '0' }).managedBytes, 0);
  t.throws(() => planOf({ 'taskmanager.memory.managed.size': '850m' }), { code: 'TASKMANAGER_MEMORY_IMPOSSIBLE' });
});

test('the managed fraction gives way to the heaps that slots cannot do without', (t) => {
  const plan = planOf({ 'taskmanager.memory.process.size': '256m', 'taskmanager.numberOfTaskSlots': '6' });
  t.is(plan.heapBytes, 6 * 24 * MB);
  t.true(plan.managedBytes > 0 && plan.managedBytes < 20 * MB);
});

test('what cannot be divided is refused with the plan', (t) => {
  const shares = { 'taskmanager.memory.process.size': '256m', 'taskmanager.numberOfTaskSlots': '16' };
  const error = t.throws(() => planOf(shares), { code: 'TASKMANAGER_MEMORY_IMPOSSIBLE' });
  t.regex(error.message, /process 256 MB = network .* \+ heap .* too little for 16 slots/);
  t.throws(() => planOf({ 'taskmanager.memory.network.min': '2g' }), { code: 'TASKMANAGER_MEMORY_IMPOSSIBLE' });
});

test('the parts of every plan are the whole, and the heaps of the slots fit into theirs', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 192, max: 65536 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 64 }),
      (processMb, networkFraction, managedFraction, slots) => {
        const shares = {
          processBytes: processMb * MB,
          segmentBytes: 32768,
          networkMinBytes: 16 * MB,
          networkMaxBytes: 1024 * MB,
        };
        try {
          const plan = planMemory({ ...shares, networkFraction, managedFraction, slots });
          const sum = plan.networkBytes + plan.managedBytes + plan.heapBytes + plan.overheadBytes;
          const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb } = slotHeapLimits(plan, slots);
          t.is(sum, plan.processBytes);
          t.true((maxOldGenerationSizeMb + maxYoungGenerationSizeMb) * slots * MB <= plan.heapBytes);
          t.true(maxOldGenerationSizeMb > 0 && maxYoungGenerationSizeMb > 0);
        } catch (error) {
          t.is((error as { code?: string }).code, 'TASKMANAGER_MEMORY_IMPOSSIBLE');
        }
      },
    ),
  );
});
