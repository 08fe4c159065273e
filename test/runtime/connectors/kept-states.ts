/** What a source or a sink keeps for checkpoints, in the test's hands. */
import type { ConnectorStates } from '../../../runtime/connectors/index.js';

export class KeptStates implements ConnectorStates {
  readonly lists = new Map<string, { items: unknown[] }>();
  private readonly participants: { snapshotState(): void }[] = [];

  /** @param restored what `snapshot` gave; undefined: it begins without state */
  constructor(restored?: ReadonlyMap<string, readonly unknown[]>) {
    this.isRestored = restored !== undefined;
    for (const [name, items] of restored ?? []) this.lists.set(name, { items: structuredClone([...items]) });
  }

  readonly isRestored: boolean;

  list(name: string): { items: unknown[] } {
    const list = this.lists.get(name) ?? { items: [] };
    this.lists.set(name, list);
    return list;
  }

  takePart(participant: { snapshotState(): void }): void {
    this.participants.push(participant);
  }

  snapshot(): Map<string, unknown[]> {
    for (const participant of this.participants) participant.snapshotState();
    return new Map([...this.lists].map(([name, { items }]) => [name, structuredClone(items)]));
  }
}
