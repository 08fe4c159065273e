/** The tree of queues as it is now: found by name or path, made on demand, and kept when the file is read again. */
import type { RawEntry } from '../../../runtime/common/config/configuration.js';
import { WeftError } from '../../../runtime/common/errors/index.js';
import { PropertyReader } from '../property-reader.js';
import type { CapacityContext } from './context.js';
import { PREFIX, readQueue, type AutoCreation, type QueueConfig } from './config/queue-config.js';
import { LeafQueue } from './queues/leaf-queue.js';
import { ParentQueue } from './queues/parent-queue.js';
import type { CapacityQueue } from './queues/queue.js';

export class QueueRegistry {
  readonly root: ParentQueue;
  private readonly byPath = new Map<string, CapacityQueue>();
  /** Leaves by their last name; more than one makes it ambiguous. */
  private leavesByName = new Map<string, LeafQueue[]>();

  constructor(private readonly context: CapacityContext) {
    this.root = new ParentQueue(context, undefined, context.configuration.root, false);
    this.byPath.set('root', this.root);
    this.addBelow(this.root);
    this.index();
  }

  get(path: string): CapacityQueue | undefined {
    return this.byPath.get(path);
  }

  all(): CapacityQueue[] {
    return [...this.byPath.values()];
  }

  leaves(): LeafQueue[] {
    return this.all().filter((queue): queue is LeafQueue => queue.isLeaf);
  }

  /** The path of the leaf that is meant by this path or unambiguous name. */
  resolve(name: string): string | undefined {
    return this.leaf(name)?.path;
  }

  leaf(name: string): LeafQueue | undefined {
    const queue = this.byPath.get(name) ?? this.byPath.get(`root.${name}`);
    if (queue?.isLeaf === true) return queue;
    const named = this.leavesByName.get(name) ?? [];
    return named.length === 1 ? named[0] : undefined;
  }

  isParent(name: string): boolean {
    return (this.byPath.get(name) ?? this.byPath.get(`root.${name}`))?.isLeaf === false;
  }

  /** The path that a queue of this name would get, if one may be made there. */
  creatable(name: string, isWanted: boolean): string | undefined {
    if (!isWanted) return undefined;
    const path = name.startsWith('root.') ? name : `root.${name}`;
    return this.plan(path) === undefined ? undefined : path;
  }

  /** The leaf of this path, made if it must be. */
  getOrCreate(path: string): LeafQueue | undefined {
    const known = this.leaf(path);
    if (known !== undefined) return known;
    const plan = this.plan(path);
    if (plan === undefined) return undefined;
    let { parent } = plan;
    plan.names.forEach((name, index) => {
      const isLeaf = index === plan.names.length - 1;
      const child = this.make(parent, name, plan.creation, isLeaf);
      if (!child.isLeaf) parent = child;
    });
    this.index();
    return this.leaf(path);
  }

  /** A queue that was made on demand and has nothing left in it goes. @returns whether it went */
  removeIfIdle(leaf: LeafQueue): boolean {
    if (!leaf.isDynamic || leaf.applications > 0 || leaf.containers > 0) return false;
    leaf.owner.remove(leaf);
    this.byPath.delete(leaf.path);
    this.index();
    return true;
  }

  /**
   * Takes over another tree: queues that stay keep their applications.
   * @throws RM_BAD_QUEUES before anything is changed, where a queue that is in use would go or become something else
   */
  replace(root: QueueConfig): void {
    const wanted = new Map<string, QueueConfig>();
    const collect = (queue: QueueConfig): void => {
      wanted.set(queue.path, queue);
      queue.children.forEach(collect);
    };
    collect(root);
    for (const queue of this.byPath.values()) requireFree(queue, wanted.get(queue.path));
    for (const queue of this.all()) {
      const config = wanted.get(queue.path);
      const isKept = config === undefined ? queue.isDynamic : queue.isLeaf === isLeafConfig(config);
      if (!isKept || (queue.parent !== undefined && this.byPath.get(queue.parent.path) !== queue.parent)) {
        queue.parent?.remove(queue);
        this.byPath.delete(queue.path);
      } else if (config !== undefined) queue.config = config;
    }
    this.addBelow(this.root);
    this.index();
  }

  private addBelow(parent: ParentQueue): void {
    parent.config.children.forEach((config, index) => {
      const child = this.byPath.get(config.path) ?? this.add(parent, config, false);
      child.index = index;
      if (!child.isLeaf) this.addBelow(child);
    });
  }

  private add(parent: ParentQueue, config: QueueConfig, isDynamic: boolean): CapacityQueue {
    const child = isLeafConfig(config)
      ? new LeafQueue(this.context, parent, config, isDynamic)
      : new ParentQueue(this.context, parent, config, isDynamic);
    parent.add(child);
    this.byPath.set(child.path, child);
    return child;
  }

  private index(): void {
    this.leavesByName = new Map();
    for (const leaf of this.leaves()) {
      this.leavesByName.set(leaf.name, [...(this.leavesByName.get(leaf.name) ?? []), leaf]);
    }
  }

  /** The nearest queue above that exists, and the names to make below it; undefined if it makes none. */
  private plan(path: string): { parent: ParentQueue; names: string[]; creation: AutoCreation } | undefined {
    const names: string[] = [];
    let above = path;
    while (!this.byPath.has(above) && above.includes('.')) {
      names.unshift(above.slice(above.lastIndexOf('.') + 1));
      above = above.slice(0, above.lastIndexOf('.'));
    }
    const parent = this.byPath.get(above);
    if (parent === undefined || parent.isLeaf || names.length === 0 || names.includes('')) return undefined;
    const creation = creationOf(parent);
    if (creation === undefined || names.length > creation.maximumDepth) return undefined;
    if (parent.state !== 'RUNNING' || parent.children.size >= creation.maximumQueues) return undefined;
    return { parent: parent, names, creation };
  }

  private make(parent: ParentQueue, name: string, creation: AutoCreation, isLeaf: boolean): CapacityQueue {
    const path = `${parent.path}.${name}`;
    const template = isLeaf ? creation.leafTemplate : creation.parentTemplate;
    const properties = new Map<string, RawEntry>();
    const origin = `the template of ${parent.path}`;
    for (const [key, value] of template) properties.set(`${PREFIX}${path}.${key}`, { value, origin });
    const capacityKey = `${PREFIX}${path}.capacity`;
    if (!properties.has(capacityKey)) {
      properties.set(capacityKey, { value: creation.kind === 'flexible' ? '1w' : '0', origin });
    }
    const { amPercent, maxParallelApps } = this.context.configuration;
    const config = readQueue(
      new PropertyReader(properties),
      path,
      [],
      { ...parent.config, state: 'RUNNING' },
      { amPercent, maxParallelApps },
    );
    // What is made in between makes what comes below it.
    const autoCreation = isLeaf ? undefined : creation;
    return this.add(parent, { ...config, autoCreation }, true);
  }
}

/** A queue without children takes applications, unless it is there to make children. */
function isLeafConfig(config: QueueConfig): boolean {
  return config.children.length === 0 && config.autoCreation === undefined;
}

/** Its own way, or that of the queue above which made it. */
function creationOf(queue: ParentQueue): AutoCreation | undefined {
  return queue.config.autoCreation;
}

function requireFree(queue: CapacityQueue, config: QueueConfig | undefined): void {
  if (queue.isDynamic && config === undefined) return;
  const isInUse = queue.applications > 0 || queue.containers > 0;
  if (config === undefined && queue.state === 'RUNNING') {
    throw refused(queue, 'it would be removed while it is RUNNING: set its state to STOPPED and refresh first.');
  }
  if (config === undefined && isInUse)
    throw refused(queue, `it would be removed with ${queue.applications} applications.`);
  if (config === undefined || queue.isLeaf === isLeafConfig(config)) return;
  const becomes = queue.isLeaf ? 'get queues below it' : 'lose the queues below it';
  if (queue.state === 'RUNNING' || isInUse)
    throw refused(queue, `it would ${becomes} while it is in use: stop it first.`);
}

function refused({ path }: CapacityQueue, reason: string): WeftError {
  return new WeftError('RM_BAD_QUEUES', `${path}: ${reason}`, { subject: path });
}
