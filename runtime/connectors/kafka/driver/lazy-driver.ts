/** One connection for several users, made when the first of them needs it. */
import type { KafkaDriver } from './driver.js';

export class LazyDriver {
  private connecting: Promise<KafkaDriver> | undefined;
  private driver: KafkaDriver | undefined;
  private closed = false;

  constructor(private readonly connect: () => Promise<KafkaDriver>) {}

  /** All who ask while it is being made get the same one; after a failure the next one tries again. @throws KafkaError */
  get(): Promise<KafkaDriver> {
    this.connecting ??= this.connect().then(
      (driver) => this.keep(driver),
      (error: unknown) => {
        this.connecting = undefined;
        throw error;
      },
    );
    return this.connecting;
  }

  /** A connection that is still being made is closed as soon as it is there. */
  async close(): Promise<void> {
    this.closed = true;
    await this.driver?.close();
  }

  private keep(driver: KafkaDriver): KafkaDriver {
    this.driver = driver;
    if (this.closed) void driver.close();
    return driver;
  }
}
