/**
 * The sizes that open asks have, each once: with it, a node that has room for none of them is passed by without a look
 * at every application.
 */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { DOMINANT_CALCULATOR } from '../calculator.js';

export class AskSizes {
  private readonly counts = new Map<string, { size: Resource; containers: number }>();

  change(size: Resource, containers: number): void {
    const key = keyOf(size);
    const entry = this.counts.get(key) ?? { size, containers: 0 };
    entry.containers += containers;
    if (entry.containers > 0) this.counts.set(key, entry);
    else this.counts.delete(key);
  }

  /** Whether one of them fits, or is large enough to have a node reserved for it. */
  concerns(free: Resource, isReservable: (size: Resource) => boolean): boolean {
    for (const { size } of this.counts.values()) {
      if (DOMINANT_CALCULATOR.fits(size, free) || isReservable(size)) return true;
    }
    return false;
  }
}

function keyOf({ memoryMb, vcores, others }: Resource): string {
  return others === undefined ? `${memoryMb}/${vcores}` : `${memoryMb}/${vcores}/${JSON.stringify(others)}`;
}
