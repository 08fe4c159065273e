import type { ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { ContainerRecord } from './container.js';

export interface EndedContainer {
  readonly container: ContainerRecord;
  readonly exit: ExitReason;
  readonly endedMs: number;
}

/** Of a long-lived session only the latest are of interest. */
const KEPT = 100;

/** The containers of one application that ended lately, with the reason; the oldest first. */
export class EndedContainers {
  private readonly kept: EndedContainer[] = [];

  add(ended: EndedContainer): void {
    this.kept.push(ended);
    if (this.kept.length > KEPT) this.kept.shift();
  }

  all(): readonly EndedContainer[] {
    return this.kept;
  }
}
