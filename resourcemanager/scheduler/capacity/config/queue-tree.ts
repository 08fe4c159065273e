/** Reads the hierarchy of `capacity-scheduler.xml` and refuses what contradicts itself. */
import type { PropertyReader } from '../../property-reader.js';
import {
  PREFIX,
  inheritedBy,
  readQueue,
  type Inherited,
  type QueueConfig,
  type QueueDefaults,
} from './queue-config.js';

/** Capacities of siblings must sum up to 100 percent to within this many percent, as in Hadoop. */
const PRECISION_PERCENT = 0.05;
const MAX_DEPTH = 64;

const AT_ROOT: Inherited = {
  accessibleLabels: new Set(['*']),
  defaultLabel: '',
  preemptionDisabled: false,
  intraQueuePreemptionDisabled: false,
  state: 'RUNNING',
  maximumAllocation: {},
  maximumLifetimeSeconds: -1,
  defaultLifetimeSeconds: -1,
};

/** @throws RM_BAD_QUEUES with file, line and reason */
export function readQueueTree(reader: PropertyReader, defaults: QueueDefaults): QueueConfig {
  const rootKey = `${PREFIX}root.queues`;
  if (!reader.isSet(rootKey)) throw reader.error(rootKey, 'it names no queue, so no application could be submitted.');
  return readBelow(reader, 'root', AT_ROOT, defaults, 0);
}

function readBelow(
  reader: PropertyReader,
  path: string,
  parent: Inherited,
  defaults: QueueDefaults,
  depth: number,
): QueueConfig {
  const key = `${PREFIX}${path}.queues`;
  if (depth > MAX_DEPTH) throw reader.error(key, `queues are nested more than ${MAX_DEPTH} deep.`);
  const inherited = inheritedBy(reader, path, parent);
  const names = reader.list(key) ?? [];
  const seen = new Set<string>();
  for (const name of names) {
    if (!/^[^\s./<>&"']+$/.test(name)) throw reader.error(key, `"${name}" cannot be the name of a queue.`);
    if (seen.has(name)) throw reader.error(key, `the queue ${name} is named twice.`);
    seen.add(name);
  }
  const children = names.map((name) => readBelow(reader, `${path}.${name}`, inherited, defaults, depth + 1));
  const queue = readQueue(reader, path, children, inherited, defaults);
  checkState(reader, queue, parent);
  if (children.length > 0) {
    for (const label of new Set(children.flatMap((child) => [...child.partitions.keys()]))) {
      checkChildren(reader, queue, label);
    }
  }
  return queue;
}

function checkState(reader: PropertyReader, queue: QueueConfig, parent: Inherited): void {
  if (parent.state === 'RUNNING' || queue.state === 'STOPPED') return;
  throw reader.error(`${PREFIX}${queue.path}.state`, 'it cannot run, since its parent is stopped.');
}

/** Siblings measure their capacities in one way, and percentages sum up to 100. */
function checkChildren(reader: PropertyReader, parent: QueueConfig, label: string): void {
  const known = parent.children.flatMap((child) => {
    const partition = child.partitions.get(label);
    return partition === undefined ? [] : { child, capacity: partition.capacity };
  });
  const keyOf = ({ path }: QueueConfig): string => capacityKey(path, label);
  const set = known.filter(({ child }) => reader.isSet(keyOf(child)));
  const [first] = set;
  const odd = set.find(({ capacity }) => capacity.kind !== first?.capacity.kind);
  if (first !== undefined && odd !== undefined) {
    const reason = `it is ${odd.capacity.kind}, and its sibling ${first.child.path} ${first.capacity.kind}: use one kind.`;
    throw reader.error(keyOf(odd.child), reason);
  }
  if (first !== undefined && first.capacity.kind !== 'percent') return;
  const sum = known.reduce((total, { capacity }) => total + (capacity.kind === 'percent' ? capacity.percent : 0), 0);
  const own = parent.partitions.get(label)?.capacity;
  const mayBeZero = parent.allowsZeroCapacitySum || (own?.kind === 'percent' && own.percent === 0);
  if (Math.abs(sum - 100) <= PRECISION_PERCENT || (sum === 0 && (mayBeZero || label !== ''))) return;
  const parts = known.map(
    ({ child, capacity }) => `${child.name} ${capacity.kind === 'percent' ? capacity.percent : 0}`,
  );
  const where = label === '' ? '' : ` on the label ${label}`;
  const reason = `the capacities below ${parent.path}${where} sum up to ${round(sum)} percent, not 100 (${parts.join(', ')}).`;
  throw reader.error(first === undefined ? `${PREFIX}${parent.path}.queues` : keyOf(first.child), reason);
}

function capacityKey(path: string, label: string): string {
  return `${PREFIX}${path}.${label === '' ? '' : `accessible-node-labels.${label}.`}capacity`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
