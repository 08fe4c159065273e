/** The queues by path: those of the file, and those that are made when an application needs them. */
import { UNLIMITED } from '../resources.js';
import { unnamedQueue, type QueueConfig } from './config/queue-config.js';
import { withRoot } from './config/placement-config.js';
import type { FairContext } from './context.js';
import { LeafQueue } from './queues/leaf-queue.js';
import { ParentQueue } from './queues/parent-queue.js';
import type { FairQueue } from './queues/queue.js';
import type { SharingPolicy } from './sharing/sharing-policy.js';

/** There where there is no file. */
const DEFAULT = 'root.default';

export class QueueRegistry {
  readonly root: ParentQueue;
  private readonly byPath = new Map<string, FairQueue>();

  constructor(private readonly context: FairContext) {
    const { queues, defaults } = context.settings;
    const config = queues.get('root') ?? unnamedQueue('root', false, defaults);
    this.root = new ParentQueue(context, undefined, config, false);
    this.byPath.set('root', this.root);
    this.makeNamed();
    if (!context.settings.isFromFile) this.getOrCreate(DEFAULT);
  }

  get(name: string): FairQueue | undefined {
    return this.byPath.get(withRoot(name));
  }

  leaf(name: string): LeafQueue | undefined {
    const queue = this.get(name);
    return queue?.isLeaf === true ? queue : undefined;
  }

  leaves(): LeafQueue[] {
    return [...this.byPath.values()].filter((queue) => queue.isLeaf);
  }

  /** Whether the file names it. */
  isConfigured(path: string): boolean {
    return this.get(path)?.isDynamic === false;
  }

  /** The path if there is such a queue for applications, or one can be made. */
  creatable(name: string): string | undefined {
    const path = withRoot(name);
    if (this.leaf(path) !== undefined) return path;
    if (this.byPath.has(path) || path.split('.').some((part) => part.trim() === '')) return undefined;
    const above = this.nearestAbove(path);
    if (above.isLeaf) return undefined;
    // Each queue that would be made must be allowed by the one above it: what the file names may have been left out for that.
    let { policy } = above;
    for (let at = above.path.length; at !== -1; at = path.indexOf('.', at + 1)) {
      const end = path.indexOf('.', at + 1);
      const child = this.policyFor(end === -1 ? path : path.slice(0, end));
      if (!policy.allowsChild(child)) return undefined;
      policy = child;
    }
    return path;
  }

  private policyFor(path: string): SharingPolicy {
    const { queues, defaults } = this.context.settings;
    return (queues.get(path) ?? defaults).policy;
  }

  /** The queue for applications; made, with those above it, if need be and if that can be. */
  getOrCreate(name: string): LeafQueue | undefined {
    const path = this.creatable(name);
    if (path === undefined) return undefined;
    const known = this.leaf(path);
    if (known !== undefined) return known;
    this.make(path, true);
    this.root.shareOutSteadily();
    return this.leaf(path);
  }

  /** Puts other queues in force. Those that the file no longer names stay until nothing runs in them. */
  replace(): void {
    const { queues } = this.context.settings;
    for (const config of queues.values()) {
      const known = this.byPath.get(config.path);
      // It takes the other kind once it is empty.
      if (known !== undefined && known.isLeaf !== config.isLeaf && isIdle(known)) this.drop(known);
    }
    for (const queue of this.byPath.values()) {
      const config = queues.get(queue.path);
      queue.isDynamic = config === undefined;
      queue.config = config ?? this.configOf(queue.path, queue.isLeaf);
    }
    this.makeNamed();
    this.removeIdle();
    this.root.rebuildOrder();
  }

  /** Removes queues that were made for an application and have none now. */
  removeIdle(): void {
    let removed = false;
    for (const queue of [...this.byPath.values()].reverse()) {
      if (!queue.isDynamic || !isIdle(queue)) continue;
      this.drop(queue);
      removed = true;
    }
    if (removed) this.root.shareOutSteadily();
  }

  /** The queue, or the nearest above it that there is. */
  nearest(name: string): FairQueue {
    return this.get(name) ?? this.nearestAbove(withRoot(name));
  }

  private makeNamed(): void {
    for (const { path, isLeaf } of this.context.settings.queues.values()) {
      if (!this.byPath.has(path)) this.make(path, isLeaf);
    }
  }

  private make(path: string, isLeaf: boolean): FairQueue | undefined {
    const known = this.byPath.get(path);
    if (known !== undefined) return known;
    const parent = this.make(path.slice(0, path.lastIndexOf('.')), false);
    if (parent === undefined || parent.isLeaf) return undefined;
    const named = this.context.settings.queues.get(path);
    const config = named ?? this.configOf(path, isLeaf, parent);
    const queue = isLeaf
      ? new LeafQueue(this.context, parent, config, named === undefined)
      : new ParentQueue(this.context, parent, config, named === undefined);
    parent.children.push(queue);
    this.byPath.set(path, queue);
    return queue;
  }

  private configOf(path: string, isLeaf: boolean, parent = this.byPath.get(path)?.parent): QueueConfig {
    const config = unnamedQueue(path, isLeaf, this.context.settings.defaults);
    const maxShare = parent?.config.maxChildShare ?? config.maxShare;
    return { ...config, maxShare, ...(parent === undefined ? { maxRunningApps: UNLIMITED.vcores } : {}) };
  }

  private drop(queue: FairQueue): void {
    this.byPath.delete(queue.path);
    const siblings = queue.parent?.children ?? [];
    const at = siblings.indexOf(queue);
    if (at !== -1) siblings.splice(at, 1);
  }

  private nearestAbove(path: string): FairQueue {
    for (let at = path.lastIndexOf('.'); at > 0; at = path.lastIndexOf('.', at - 1)) {
      const found = this.byPath.get(path.slice(0, at));
      if (found !== undefined) return found;
    }
    return this.root;
  }
}

function isIdle(queue: FairQueue): boolean {
  return queue.isLeaf ? queue.applications.size === 0 : queue.parent !== undefined && queue.children.length === 0;
}
