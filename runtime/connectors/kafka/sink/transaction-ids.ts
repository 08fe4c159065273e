/**
 * The transactional ids of a subtask, and which of them may begin a transaction. An id whose transaction a checkpoint may still have to
 * commit is not begun anew: from then on, nobody could tell whether the commit was done or the transaction was lost. So it is
 * free again only when a checkpoint is complete that was taken after the commit.
 */

interface Used {
  readonly id: string;
  /** The first checkpoint that has the id's transaction; undefined until there is one. */
  checkpointId: number | undefined;
  committed: boolean;
  /** The first checkpoint after the commit. */
  freeAt: number | undefined;
}

export class TransactionIds {
  private readonly used: Used[] = [];

  /** @param restored ids of transactions that the restored checkpoint has, of all subtasks; they are committed already */
  constructor(
    private readonly prefix: string,
    private readonly subtask: number,
    restored: Iterable<string>,
  ) {
    for (const id of restored) this.used.push({ id, checkpointId: undefined, committed: true, freeAt: undefined });
  }

  /** An id that nobody waits for. */
  next(): string {
    for (let slot = 0; ; slot++) {
      const id = `${this.prefix}-${this.subtask}-${slot}`;
      if (!this.used.some((each) => each.id === id)) return id;
    }
  }

  /** The id's transaction is written, and waits for a checkpoint. */
  handOver(id: string): void {
    this.used.push({ id, checkpointId: undefined, committed: false, freeAt: undefined });
  }

  /** @returns the ids whose transactions are in the checkpoint */
  snapshot(checkpointId: number): string[] {
    for (const each of this.used) {
      if (each.committed) each.freeAt ??= checkpointId;
      else each.checkpointId ??= checkpointId;
    }
    return this.used.filter(({ committed }) => !committed).map(({ id }) => id);
  }

  /** The checkpoint is complete, and what it had is committed. */
  complete(checkpointId: number): void {
    for (let n = this.used.length - 1; n >= 0; n--) {
      const each = this.used[n];
      if (each.freeAt !== undefined && each.freeAt <= checkpointId) this.used.splice(n, 1);
      else if (each.checkpointId !== undefined && each.checkpointId <= checkpointId) each.committed = true;
    }
  }
}

/** The subtask that an id was made by; undefined when it is not of this prefix. */
export function subtaskOfId(prefix: string, id: string): number | undefined {
  if (!id.startsWith(`${prefix}-`)) return undefined;
  const match = /^(\d+)-\d+$/.exec(id.slice(prefix.length + 1));
  return match === null ? undefined : Number(match[1]);
}
