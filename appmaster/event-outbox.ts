import type { ChainEvent } from '../runtime/common/events/chain-events.js';

/** Events on their way to the ResourceManager: kept until a heartbeat that carried them was answered. */
export class EventOutbox {
  private waiting: ChainEvent[] = [];

  add(...events: readonly ChainEvent[]): void {
    this.waiting.push(...events);
  }

  /** Hands the events to `send`; they come back in front if it fails. */
  async deliver(send: (events: ChainEvent[]) => Promise<unknown>): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      await send(batch);
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      throw error;
    }
  }
}
