/** `schedulerInfo` of the Capacity scheduler as Hadoop 3.4 prints it. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { AccessList } from '../../../runtime/common/security/access-list.js';
import { NOTHING } from '../resources.js';
import { restResource } from '../rest-resource.js';
import type { CapacityContext } from './context.js';
import type { CapacityValue } from './config/capacity-value.js';
import type { Health } from './health.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { ParentQueue } from './queues/parent-queue.js';
import type { PartitionState } from './queues/partition.js';
import type { CapacityQueue } from './queues/queue.js';
import type { LeafUser } from './queues/users.js';

export function schedulerInfoOf(context: CapacityContext, root: ParentQueue, health: Health): object {
  const { main } = root;
  const all = context.maximumAllocationOf(root);
  return {
    type: 'capacityScheduler',
    ...{ capacity: 100, usedCapacity: percent(main.usedCapacity), maxCapacity: 100, weight: -1, normalizedWeight: 0 },
    queueCapacityVectorInfo: vectorOf({ kind: 'percent', percent: 100 }),
    ...{
      queueName: 'root',
      queuePath: 'root',
      maxParallelApps: root.config.maxParallelApps,
      isAbsoluteResource: false,
    },
    queues: childrenOf(root),
    capacities: capacitiesOf(root, false),
    health: health.restView(),
    maximumAllocation: restResource(all, { minimum: context.minimum, maximum: all }),
    queueAcls: aclsOf(root),
    ...{ queuePriority: root.config.priority, orderingPolicyInfo: orderingOf(root) },
    ...{
      mode: 'percentage',
      queueType: 'parent',
      creationMethod: 'static',
      autoCreationEligibility: eligibilityOf(root),
    },
    ...{ autoQueueTemplateProperties: {}, autoQueueParentTemplateProperties: {}, autoQueueLeafTemplateProperties: {} },
  };
}

/** By name, as Hadoop lists them. */
function childrenOf(parent: ParentQueue): object {
  const children = [...parent.children.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return children.length === 0 ? {} : { queue: children.map(queueOf) };
}

function queueOf(queue: CapacityQueue): object {
  const { main, config } = queue;
  const leaf = queue.isLeaf ? queue : undefined;
  return {
    ...(leaf === undefined ? {} : { type: 'capacitySchedulerLeafQueueInfo' }),
    queuePath: queue.path,
    ...partsOf(main),
    ...weightsOf(queue, main),
    numApplications: queue.applications,
    maxParallelApps: config.maxParallelApps,
    queueName: queue.name,
    isAbsoluteResource: kindOf(queue) === 'absolute',
    state: queue.state,
    ...(leaf === undefined ? { queues: childrenOf(queue as ParentQueue) } : {}),
    resourcesUsed: restResource(main.used),
    hideReservationQueues: false,
    nodeLabels: [...config.accessibleLabels],
    allocatedContainers: queue.containers,
    reservedContainers: queue.reservedContainers,
    pendingContainers: main.pendingContainers,
    capacities: capacitiesOf(queue, leaf !== undefined),
    resources: { resourceUsagesByPartition: queue.partitions.map((each) => usageOf(each, leaf)) },
    minEffectiveCapacity: restResource(main.guaranteed),
    maxEffectiveCapacity: restResource(main.maximum),
    maximumAllocation: boundedMaximum(queue),
    queueAcls: aclsOf(queue),
    ...{ queuePriority: config.priority, orderingPolicyInfo: orderingOf(queue) },
    ...{ autoCreateChildQueueEnabled: config.autoCreation?.kind === 'leaf', leafQueueTemplate: {} },
    ...{ mode: modeOf(queue), queueType: queue.isLeaf ? 'leaf' : 'parent' },
    ...{
      creationMethod: queue.isDynamic ? 'dynamicFlexible' : 'static',
      autoCreationEligibility: eligibilityOf(queue),
    },
    ...{ autoQueueTemplateProperties: {}, autoQueueParentTemplateProperties: {}, autoQueueLeafTemplateProperties: {} },
    ...(leaf === undefined ? {} : leafOf(leaf)),
  };
}

function leafOf(leaf: LeafQueue): object {
  const { main, config, context } = leaf;
  const users = [...leaf.users.all()];
  const isOff = context.configuration.preemption === undefined;
  return {
    numActiveApplications: leaf.active.size,
    numPendingApplications: leaf.applications - leaf.active.size,
    numContainers: leaf.containers,
    maxApplications: leaf.maximumApplications,
    maxApplicationsPerUser: leaf.maximumApplicationsPerUser,
    userLimit: config.minimumUserLimitPercent,
    users: users.length === 0 ? {} : { user: users.map((user) => userOf(leaf, user)) },
    userLimitFactor: config.userLimitFactor,
    configuredMaxAMResourceLimit: config.partitions.get('')?.amPercent ?? 0,
    AMResourceLimit: restResource(main.amLimit),
    usedAMResource: restResource(main.amUsed),
    userAMResourceLimit: restResource(leaf.userAmLimit('', 1)),
    preemptionDisabled: isOff || config.preemptionDisabled,
    intraQueuePreemptionDisabled: isOff || config.intraQueuePreemptionDisabled,
    defaultPriority: config.defaultApplicationPriority,
    isAutoCreatedLeafQueue: leaf.isDynamic,
    maxApplicationLifetime: config.maximumLifetimeSeconds,
    defaultApplicationLifetime: config.defaultLifetimeSeconds,
  };
}

function userOf(leaf: LeafQueue, user: LeafUser): object {
  const amLimit = leaf.userAmLimit('', user.weight);
  const labels = user.partitions.all.map(({ label }) => label);
  return {
    username: user.name,
    resourcesUsed: restResource(user.usedOf('')),
    numPendingApplications: user.pendingApplications,
    numActiveApplications: user.activeApplications,
    AMResourceUsed: restResource(user.amUsedOf('')),
    userResourceLimit: restResource(leaf.users.limitOf(user, '', 'respected')),
    resources: {
      resourceUsagesByPartition: labels.map((label) => ({
        partitionName: label,
        used: restResource(user.usedOf(label)),
        ...{ reserved: restResource(NOTHING), pending: restResource(NOTHING) },
        amUsed: restResource(user.amUsedOf(label)),
        amLimit: restResource(amLimit),
        userAmLimit: restResource(NOTHING),
      })),
    },
    userWeight: user.weight,
    isActive: user.wantingApplications > 0,
  };
}

function usageOf(partition: PartitionState, leaf: LeafQueue | undefined): object {
  return {
    partitionName: partition.label,
    used: restResource(partition.used),
    reserved: restResource(partition.reserved),
    pending: restResource(partition.pending),
    ...(leaf === undefined
      ? {}
      : {
          amUsed: restResource(partition.amUsed),
          amLimit: restResource(partition.amLimit),
          userAmLimit: restResource(leaf.userAmLimit(partition.label, 1)),
        }),
  };
}

function capacitiesOf(queue: CapacityQueue, isLeaf: boolean): object {
  const bounds = { minimum: queue.context.minimum, maximum: queue.context.maximumAllocationOf(queue) };
  const absolute = (value: CapacityValue | undefined): Resource =>
    value?.kind === 'absolute' ? value.resource : NOTHING;
  return {
    queueCapacitiesByPartition: queue.partitions.map((partition) => {
      const configured = queue.config.partitions.get(partition.label);
      return {
        partitionName: partition.label,
        queueCapacityVectorInfo: vectorOf(configured?.capacity),
        ...partsOf(partition),
        maxAMLimitPercentage: isLeaf ? percent(configured?.amPercent ?? 0) : 0,
        ...weightsOf(queue, partition),
        configuredMinResource: restResource(absolute(configured?.capacity), bounds),
        configuredMaxResource: restResource(absolute(configured?.maximum), bounds),
        effectiveMinResource: restResource(partition.guaranteed),
        effectiveMaxResource: restResource(partition.maximum),
      };
    }),
  };
}

function partsOf(partition: PartitionState): object {
  return {
    capacity: percent(partition.capacity),
    usedCapacity: percent(partition.usedCapacity),
    maxCapacity: percent(partition.maximumCapacity),
    absoluteCapacity: percent(partition.absoluteCapacity),
    absoluteMaxCapacity: percent(partition.absoluteMaximumCapacity),
    absoluteUsedCapacity: percent(partition.absoluteUsedCapacity),
  };
}

function weightsOf(queue: CapacityQueue, partition: PartitionState): object {
  const capacity = queue.config.partitions.get(partition.label)?.capacity;
  return {
    weight: capacity?.kind === 'weight' ? capacity.weight : -1,
    normalizedWeight: partition.normalizedWeight,
  };
}

function vectorOf(capacity: CapacityValue | undefined): object {
  const entries =
    capacity === undefined
      ? []
      : capacity.kind === 'absolute'
        ? [
            ['memory-mb', decimal(capacity.resource.memoryMb)],
            ['vcores', decimal(capacity.resource.vcores)],
          ]
        : ['memory-mb', 'vcores'].map((name) => [
            name,
            capacity.kind === 'percent' ? `${decimal(capacity.percent)}%` : `${decimal(capacity.weight)}w`,
          ]);
  return {
    configuredCapacityVector: `[${entries.map(([name = '', value = '']) => `${name}=${value}`).join(',')}]`,
    capacityVectorEntries: entries.map(([resourceName, resourceValue]) => ({ resourceName, resourceValue })),
  };
}

function boundedMaximum(queue: CapacityQueue): object {
  const maximum = queue.context.maximumAllocationOf(queue);
  return restResource(maximum, { minimum: queue.context.minimum, maximum });
}

function aclsOf({ config, parent }: CapacityQueue): object {
  // Who may do anything at the root may do it everywhere; a queue that says nothing lets nobody in by itself.
  const byDefault = parent === undefined ? AccessList.EVERYBODY : AccessList.NOBODY;
  const entry = (accessType: string, list: AccessList): object => ({ accessType, accessControlList: list.toString() });
  return {
    queueAcl: [
      entry('ADMINISTER_QUEUE', config.administrators ?? byDefault),
      entry('APPLICATION_MAX_PRIORITY', AccessList.EVERYBODY),
      entry('SUBMIT_APP', config.submitters ?? byDefault),
    ],
  };
}

function kindOf({ config }: CapacityQueue): CapacityValue['kind'] {
  return config.partitions.get('')?.capacity.kind ?? 'percent';
}

function modeOf(queue: CapacityQueue): string {
  return { percent: 'percentage', weight: 'weight', absolute: 'absolute' }[kindOf(queue)];
}

function orderingOf({ isLeaf, config }: CapacityQueue): string {
  if (isLeaf) return config.leafOrdering;
  return config.heedsQueuePriority ? 'priority-utilization' : 'utilization';
}

function eligibilityOf({ config }: CapacityQueue): string {
  return config.autoCreation === undefined ? 'off' : config.autoCreation.kind === 'leaf' ? 'legacy' : 'flexible';
}

/** A 32-bit part as Java prints its percentage. */
function percent(part: number): number {
  return Number(Math.fround(Math.fround(part) * 100).toPrecision(8));
}

function decimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
