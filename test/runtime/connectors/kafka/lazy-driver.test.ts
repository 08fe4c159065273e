import test from 'ava';
import type { KafkaDriver } from '../../../../runtime/connectors/kafka/driver/driver.js';
import { LazyDriver } from '../../../../runtime/connectors/kafka/driver/lazy-driver.js';

interface Asked {
  resolve: (driver: KafkaDriver) => void;
  reject: (error: Error) => void;
}

/** Connections that the test makes one by one. */
class Connections {
  readonly asked: Asked[] = [];
  closed = 0;
  readonly lazy = new LazyDriver(() => new Promise((resolve, reject) => this.asked.push({ resolve, reject })));

  driver(): KafkaDriver {
    const close = (): Promise<void> => {
      this.closed++;
      return Promise.resolve();
    };
    return { close } as Partial<KafkaDriver> as KafkaDriver;
  }
}

test('those who ask at once share one connection, and a failed one is made again', async (t) => {
  const connections = new Connections();
  const { lazy, asked } = connections;
  const both = Promise.allSettled([lazy.get(), lazy.get()]);
  t.is(asked.length, 1);
  asked[0]?.reject(new Error('refused'));
  t.deepEqual(
    (await both).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const second = lazy.get();
  const made = connections.driver();
  asked[1]?.resolve(made);
  t.is(await second, made);
  t.is(await lazy.get(), made);
});

test('a connection that is there only after the end is closed too', async (t) => {
  const connections = new Connections();
  const late = connections.lazy.get();
  await connections.lazy.close();
  t.is(connections.closed, 0);
  connections.asked[0]?.resolve(connections.driver());
  await late;
  t.is(connections.closed, 1);
});
