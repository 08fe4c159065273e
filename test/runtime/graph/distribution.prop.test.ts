import test from 'ava';
import fc from 'fast-check';
import { connectionsOf } from '../../../runtime/graph/distribution.js';

const parallelism = fc.integer({ min: 1, max: 60 });

test('ALL_TO_ALL joins every pair once', (t) => {
  fc.assert(
    fc.property(parallelism, parallelism, (producers, consumers) => {
      const pairs = connectionsOf('ALL_TO_ALL', producers, consumers);
      const names = new Set(
        pairs.map(({ producerSubtask, consumerSubtask }) => `${producerSubtask}-${consumerSubtask}`),
      );
      return pairs.length === producers * consumers && names.size === pairs.length;
    }),
  );
  t.pass();
});

test('POINTWISE reaches everyone, joins no pair twice, and loads the wider side exactly once', (t) => {
  fc.assert(
    fc.property(parallelism, parallelism, (producers, consumers) => {
      const pairs = connectionsOf('POINTWISE', producers, consumers);
      const reachedProducers = new Set(pairs.map(({ producerSubtask }) => producerSubtask));
      const reachedConsumers = new Set(pairs.map(({ consumerSubtask }) => consumerSubtask));
      return (
        pairs.length === Math.max(producers, consumers) &&
        reachedProducers.size === producers &&
        reachedConsumers.size === consumers
      );
    }),
  );
  t.pass();
});

test('POINTWISE follows Flink’s ranges for the consumers', (t) => {
  fc.assert(
    fc.property(parallelism, parallelism, (producers, consumers) => {
      const pairs = connectionsOf('POINTWISE', producers, consumers);
      for (let consumer = 0; consumer < consumers; consumer++) {
        const actual = pairs.filter((pair) => pair.consumerSubtask === consumer).map((pair) => pair.producerSubtask);
        if (JSON.stringify(actual) !== JSON.stringify(producersOf(consumer, producers, consumers))) return false;
      }
      return true;
    }),
  );
  t.pass();
});

/** Stated from the consumer's side, as Flink computes it. */
function producersOf(consumer: number, producers: number, consumers: number): number[] {
  if (producers >= consumers) {
    const from = Math.floor((consumer * producers) / consumers);
    const to = Math.floor(((consumer + 1) * producers) / consumers);
    return Array.from({ length: to - from }, (_, n) => from + n);
  }
  for (let producer = 0; producer < producers; producer++) {
    const from = Math.floor((producer * consumers + producers - 1) / producers);
    const to = Math.floor(((producer + 1) * consumers + producers - 1) / producers);
    if (consumer >= from && consumer < to) return [producer];
  }
  return [];
}

test('equal sides are joined one to one', (t) => {
  t.deepEqual(connectionsOf('POINTWISE', 3, 3), [
    { producerSubtask: 0, consumerSubtask: 0 },
    { producerSubtask: 1, consumerSubtask: 1 },
    { producerSubtask: 2, consumerSubtask: 2 },
  ]);
});
