/** One queue as `capacity-scheduler.xml` describes it. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { AccessList } from '../../../../runtime/common/security/access-list.js';
import type { PropertyReader } from '../../property-reader.js';
import { amountsIn, readCapacity, type CapacityValue } from './capacity-value.js';

export const PREFIX = 'yarn.scheduler.capacity.';
export const DEFAULT_AM_PERCENT = 0.1;
export const DEFAULT_MAXIMUM_APPLICATIONS = 10_000;
const LEAF_ORDERINGS = ['fifo', 'fair', 'fifo-with-partitions', 'fifo-for-pending-apps'] as const;
const PARENT_ORDERINGS = ['utilization', 'priority-utilization'] as const;

/** What a queue has of one partition. */
export interface PartitionConfig {
  readonly capacity: CapacityValue;
  /** Undefined: all that the parent may have. */
  readonly maximum: CapacityValue | undefined;
  readonly amPercent: number;
}

/** How queues come into being below this one. */
export interface AutoCreation {
  /** `leaf`: leaf queues of a managed parent, from its leaf template; `flexible`: any depth, with weights. */
  readonly kind: 'leaf' | 'flexible';
  /** Levels that may be created below it. */
  readonly maximumDepth: number;
  readonly maximumQueues: number;
  /** Properties of a created leaf, and of a created parent, by name below the queue's prefix. */
  readonly leafTemplate: ReadonlyMap<string, string>;
  readonly parentTemplate: ReadonlyMap<string, string>;
}

export interface QueueConfig {
  readonly path: string;
  readonly name: string;
  readonly children: readonly QueueConfig[];
  readonly state: 'RUNNING' | 'STOPPED';
  /** By label; the default partition is ''. */
  readonly partitions: ReadonlyMap<string, PartitionConfig>;
  /** Labels whose nodes it may use, or `*`. */
  readonly accessibleLabels: ReadonlySet<string>;
  readonly defaultLabel: string;
  readonly minimumUserLimitPercent: number;
  /** −1: no limit but the queue's maximum. */
  readonly userLimitFactor: number;
  readonly userWeights: ReadonlyMap<string, number>;
  readonly maximumApplications: number | undefined;
  readonly maxParallelApps: number;
  /** Larger goes first among siblings, where the parent orders by priority. */
  readonly priority: number;
  readonly defaultApplicationPriority: number;
  readonly leafOrdering: 'fifo' | 'fair';
  readonly sizeBasedWeight: boolean;
  readonly heedsQueuePriority: boolean;
  readonly submitters: AccessList | undefined;
  readonly administrators: AccessList | undefined;
  /** Of one container, where it or a queue above says so. */
  readonly maximumAllocation: Partial<Resource>;
  readonly preemptionDisabled: boolean;
  readonly intraQueuePreemptionDisabled: boolean;
  readonly allowsZeroCapacitySum: boolean;
  readonly autoCreation: AutoCreation | undefined;
  /** Seconds; −1 = unlimited. */
  readonly maximumLifetimeSeconds: number;
  readonly defaultLifetimeSeconds: number;
}

export interface QueueDefaults {
  amPercent: number;
  maxParallelApps: number;
}

/** What a queue takes from its parent where it says nothing itself. */
export type Inherited = Pick<
  QueueConfig,
  | 'accessibleLabels'
  | 'defaultLabel'
  | 'preemptionDisabled'
  | 'intraQueuePreemptionDisabled'
  | 'state'
  | 'maximumAllocation'
  | 'maximumLifetimeSeconds'
  | 'defaultLifetimeSeconds'
>;

/** @throws RM_BAD_QUEUES with file, line and reason */
export function readQueue(
  reader: PropertyReader,
  path: string,
  children: readonly QueueConfig[],
  inherited: Inherited,
  defaults: QueueDefaults,
): QueueConfig {
  const key = (name: string): string => `${PREFIX}${path}.${name}`;
  const acl = (name: string): AccessList | undefined => {
    const text = reader.raw(key(name));
    return text === undefined ? undefined : AccessList.parse(text);
  };
  const orderings = children.length === 0 ? LEAF_ORDERINGS : PARENT_ORDERINGS;
  const ordering = reader.choice<string>(key('ordering-policy'), orderings, orderings[0]);
  const minimumUserLimitPercent = reader.number(key('minimum-user-limit-percent'), 100, { min: 0, max: 100 });
  const userLimitFactor = reader.number(key('user-limit-factor'), 1, { min: -1 });
  return {
    path,
    name: path.slice(path.lastIndexOf('.') + 1),
    children,
    state: reader.choice(key('state'), ['RUNNING', 'STOPPED'], inherited.state),
    partitions: readPartitions(reader, path, defaults.amPercent),
    accessibleLabels: inherited.accessibleLabels,
    defaultLabel: inherited.defaultLabel,
    minimumUserLimitPercent,
    userLimitFactor: userLimitFactor < 0 ? -1 : userLimitFactor,
    userWeights: readUserWeights(reader, path, minimumUserLimitPercent),
    maximumApplications: reader.integer(key('maximum-applications'), undefined, { min: 0 }),
    maxParallelApps: reader.integer(key('max-parallel-apps'), defaults.maxParallelApps, { min: 0 }),
    priority: reader.integer(key('priority'), 0),
    defaultApplicationPriority: reader.integer(key('default-application-priority'), 0),
    leafOrdering: ordering === 'fair' ? 'fair' : 'fifo',
    sizeBasedWeight: reader.flag(key('ordering-policy.fair.enable-size-based-weight'), false),
    heedsQueuePriority: ordering === 'priority-utilization',
    submitters: acl('acl_submit_applications'),
    administrators: acl('acl_administer_queue'),
    maximumAllocation: readMaximumAllocation(reader, path, inherited.maximumAllocation),
    preemptionDisabled: inherited.preemptionDisabled,
    intraQueuePreemptionDisabled: inherited.intraQueuePreemptionDisabled,
    allowsZeroCapacitySum: reader.flag(key('allow-zero-capacity-sum'), false),
    autoCreation: readAutoCreation(reader, path),
    ...lifetimesOf(reader, path, inherited),
  };
}

/** What the children of a queue take over from it, with what it says itself. */
export function inheritedBy(reader: PropertyReader, path: string, parent: Inherited): Inherited {
  const key = (name: string): string => `${PREFIX}${path}.${name}`;
  // A blank is a value here: only nodes without a label.
  const namesLabels = reader.raw(key('accessible-node-labels')) !== undefined;
  return {
    accessibleLabels: namesLabels ? new Set(reader.list(key('accessible-node-labels'))) : parent.accessibleLabels,
    defaultLabel: reader.text(key('default-node-label-expression')) ?? parent.defaultLabel,
    preemptionDisabled: reader.flag(key('disable_preemption'), parent.preemptionDisabled),
    intraQueuePreemptionDisabled: reader.flag(
      key('intra-queue-preemption.disable_preemption'),
      parent.intraQueuePreemptionDisabled,
    ),
    state: reader.choice(key('state'), ['RUNNING', 'STOPPED'], parent.state),
    maximumAllocation: readMaximumAllocation(reader, path, parent.maximumAllocation),
    ...lifetimesOf(reader, path, parent),
  };
}

/** How long applications may be there; who names no lifetime gets the default, which is the maximum unless it is set. */
function lifetimesOf(
  reader: PropertyReader,
  path: string,
  parent: Inherited,
): Pick<QueueConfig, 'maximumLifetimeSeconds' | 'defaultLifetimeSeconds'> {
  const defaultKey = `${PREFIX}${path}.default-application-lifetime`;
  const most = reader.integer(`${PREFIX}${path}.maximum-application-lifetime`, parent.maximumLifetimeSeconds);
  const byDefault = reader.integer(defaultKey, undefined);
  if (most > 0 && byDefault !== undefined && byDefault > most) {
    throw reader.error(defaultKey, `${byDefault} is more than the maximum-application-lifetime of ${most} seconds.`);
  }
  const inherited = parent.defaultLifetimeSeconds;
  const isInheritable = inherited > 0 && (most <= 0 || inherited <= most);
  return { maximumLifetimeSeconds: most, defaultLifetimeSeconds: byDefault ?? (isInheritable ? inherited : most) };
}

function readPartitions(reader: PropertyReader, path: string, amPercent: number): Map<string, PartitionConfig> {
  const base = `${PREFIX}${path}.`;
  const read = (below: string, amPercentByDefault: number): PartitionConfig => {
    const byDefault: CapacityValue = { kind: 'percent', percent: path === 'root' ? 100 : 0 };
    const capacity = readCapacity(reader, `${below}capacity`) ?? byDefault;
    const maximum = readCapacity(reader, `${below}maximum-capacity`);
    if (maximum?.kind === 'weight') throw reader.error(`${below}maximum-capacity`, 'a maximum cannot be a weight.');
    if (maximum?.kind === 'percent' && capacity.kind === 'percent' && maximum.percent < capacity.percent) {
      const reason = `the maximum of ${maximum.percent} percent is less than the capacity of ${capacity.percent}.`;
      throw reader.error(`${below}maximum-capacity`, reason);
    }
    const share = reader.number(`${below}maximum-am-resource-percent`, undefined, { min: 0, max: 1 });
    return { capacity, maximum, amPercent: share ?? amPercentByDefault };
  };
  const own = read(base, amPercent);
  const partitions = new Map([['', own]]);
  const labelled = `${base}accessible-node-labels.`;
  const labels = reader.keysUnder(labelled).map((key) => key.slice(labelled.length).split('.')[0] ?? '');
  for (const label of new Set(labels)) {
    // What the queue says of its AppMasters holds on every label that it says nothing else of.
    partitions.set(label, read(`${labelled}${label}.`, own.amPercent));
  }
  return partitions;
}

function readUserWeights(reader: PropertyReader, path: string, percent: number): Map<string, number> {
  const prefix = `${PREFIX}${path}.user-settings.`;
  const weights = new Map<string, number>();
  for (const key of reader.keysUnder(prefix).filter((each) => each.endsWith('.weight'))) {
    const user = key.slice(prefix.length, -'.weight'.length);
    const weight = reader.number(key, 1, { min: 0 });
    // The share that the percentage grants must not exceed the queue.
    if (weight > 100 / percent) {
      throw reader.error(key, `${weight} is more than 100 / minimum-user-limit-percent (${100 / percent}).`);
    }
    weights.set(user, Math.fround(weight));
  }
  return weights;
}

/** `maximum-allocation` names all types in one property; where it is set, those of single types say nothing. */
function readMaximumAllocation(reader: PropertyReader, path: string, parent: Partial<Resource>): Partial<Resource> {
  const common = `${PREFIX}${path}.maximum-allocation`;
  const text = reader.text(common);
  const together = text === undefined ? undefined : amountsIn(reader, common, text);
  const read = (name: string, inAll: number | undefined, inherited: number | undefined): number | undefined => {
    const own = `${PREFIX}${path}.${name}`;
    const single = reader.integer(own, undefined, { min: 1 });
    const most = (together === undefined ? single : inAll) ?? inherited;
    const ofCluster = reader.integer(`yarn.scheduler.${name}`, undefined);
    if (most === undefined || ofCluster === undefined || most <= ofCluster) return most;
    const key = together === undefined ? own : common;
    throw reader.error(key, `${most} is more than the cluster's yarn.scheduler.${name} (${ofCluster}).`);
  };
  const memoryMb = read('maximum-allocation-mb', together?.memoryMb, parent.memoryMb);
  const vcores = read('maximum-allocation-vcores', together?.vcores, parent.vcores);
  return { ...(memoryMb === undefined ? {} : { memoryMb }), ...(vcores === undefined ? {} : { vcores }) };
}

function readAutoCreation(reader: PropertyReader, path: string): AutoCreation | undefined {
  const base = `${PREFIX}${path}.`;
  const isLeaf = reader.flag(`${base}auto-create-child-queue.enabled`, false);
  const isFlexible = reader.flag(`${base}auto-queue-creation-v2.enabled`, false);
  const both = isLeaf && isFlexible;
  if (both) throw reader.error(`${base}auto-queue-creation-v2.enabled`, 'a queue creates children in one way only.');
  if (isLeaf) {
    const leafTemplate = templateOf(reader, `${base}leaf-queue-template.`);
    return { kind: 'leaf', maximumDepth: 1, maximumQueues: 1000, leafTemplate, parentTemplate: new Map() };
  }
  if (!isFlexible) return undefined;
  const v2 = `${base}auto-queue-creation-v2.`;
  const common = templateOf(reader, `${v2}template.`);
  return {
    kind: 'flexible',
    maximumDepth: reader.integer(`${v2}maximum-queue-depth`, 2, { min: 1 }),
    maximumQueues: reader.integer(`${v2}max-queues`, 1000, { min: 0 }),
    leafTemplate: new Map([...common, ...templateOf(reader, `${v2}leaf-template.`)]),
    parentTemplate: new Map([...common, ...templateOf(reader, `${v2}parent-template.`)]),
  };
}

function templateOf(reader: PropertyReader, prefix: string): Map<string, string> {
  const properties = reader.keysUnder(prefix).map((key): [string, string] => {
    return [key.slice(prefix.length), reader.text(key) ?? ''];
  });
  return new Map(properties);
}
