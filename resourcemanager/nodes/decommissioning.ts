/**
 * Which nodes must leave the cluster, or are about to: by the include and exclude files, or because an administrator
 * said so of one node. A node that leaves gracefully gets nothing new and keeps what runs, until that has ended or its
 * time is up. Decides only; the node registry carries it out. Kept in the store.
 */
import type { NodeId } from '../../runtime/common/ids.js';
import type { StateStore } from '../store/state-store.js';
import { hostRefusal, timeoutOf, type HostLists } from './host-lists.js';

/** A node that leaves gracefully. */
export interface Leave {
  readonly sinceMs: number;
  /** Epoch milliseconds; left out: however long it takes. */
  readonly deadlineMs?: number;
}

/** How long a graceful leave may take; `undefined` = however long. */
export interface Grace {
  readonly timeoutMs: number | undefined;
}

export type NodeVerdict = 'stay' | 'leave' | 'go';

interface Stored {
  ordered: NodeId[];
  leaving: [NodeId, Leave][];
}

const META_KEY = 'decommissioning';

export class Decommissioning {
  /** Nodes that an administrator sent away by name. */
  private readonly ordered = new Set<NodeId>();
  private readonly leaving = new Map<NodeId, Leave>();
  private lists: HostLists;

  /** @param readLists as the files are now. @throws CONFIG_BAD_FILE */
  constructor(
    private readonly store: StateStore,
    private readonly readLists: () => HostLists,
  ) {
    this.lists = readLists();
  }

  /** Takes over what the store holds. */
  restore(): void {
    const text = this.store.meta(META_KEY);
    if (text === undefined) return;
    const { ordered, leaving } = JSON.parse(text) as Stored;
    for (const id of ordered) this.ordered.add(id);
    for (const [id, leave] of leaving) this.leaving.set(id, leave);
  }

  /** Why the node may not register; undefined = it may, if only until it has left. */
  refusal(id: NodeId): string | undefined {
    return this.leaving.has(id) ? undefined : this.reason(id);
  }

  leaveOf(id: NodeId): Leave | undefined {
    return this.leaving.get(id);
  }

  /** Nodes whose time to leave has come: nothing runs there, or their time is up. */
  due(nowMs: number, isIdle: (id: NodeId) => boolean): NodeId[] {
    return [...this.leaving]
      .filter(([id, { deadlineMs = Infinity }]) => nowMs >= deadlineMs || isIdle(id))
      .map(([id]) => id);
  }

  /** Puts the files as they are now in force. @throws CONFIG_BAD_FILE with nothing changed */
  refresh(): void {
    this.lists = this.readLists();
  }

  /** An administrator sends a node away, or lets it come back. */
  order(id: NodeId, away: boolean): void {
    if (away) this.ordered.add(id);
    else this.ordered.delete(id);
    this.save();
  }

  /**
   * What becomes of a node that is part of the cluster.
   * @param grace how long it may take to leave; undefined: it goes at once
   */
  judge(id: NodeId, grace: Grace | undefined, nowMs: number): NodeVerdict {
    const before = this.leaving.get(id);
    if (this.reason(id) === undefined) {
      this.forget(id);
      return 'stay';
    }
    if (grace === undefined) {
      this.forget(id);
      return 'go';
    }
    const timeoutMs = timeoutOf(this.lists, id) ?? grace.timeoutMs;
    const sinceMs = before?.sinceMs ?? nowMs;
    this.leaving.set(id, { sinceMs, ...(timeoutMs === undefined ? {} : { deadlineMs: nowMs + timeoutMs }) });
    this.save();
    return 'leave';
  }

  /** The node has gone, or may stay. */
  forget(id: NodeId): void {
    if (this.leaving.delete(id)) this.save();
  }

  private reason(id: NodeId): string | undefined {
    return this.ordered.has(id) ? 'an administrator sent it away' : hostRefusal(this.lists, id);
  }

  private save(): void {
    const stored: Stored = { ordered: [...this.ordered], leaving: [...this.leaving] };
    this.store.setMeta(META_KEY, JSON.stringify(stored));
  }
}
