/** `capacity-scheduler.xml` (and what `yarn-site.xml` says to it), read, checked and complete. */
import type { RawEntry } from '../../../../runtime/common/config/configuration.js';
import { AccessList } from '../../../../runtime/common/security/access-list.js';
import { DOMINANT_CALCULATOR, MEMORY_CALCULATOR, type ResourceCalculator } from '../../calculator.js';
import type { PolicyFiles } from '../../policy-files.js';
import { PropertyReader } from '../../property-reader.js';
import { readPlacement, type PlacementConfig } from './placement-config.js';
import { readPreemption, type PreemptionConfig } from './preemption-config.js';
import { DEFAULT_AM_PERCENT, DEFAULT_MAXIMUM_APPLICATIONS, PREFIX, type QueueConfig } from './queue-config.js';
import { readQueueTree } from './queue-tree.js';

export interface CapacityConfiguration {
  readonly root: QueueConfig;
  readonly calculator: ResourceCalculator;
  /** Chances that an ask for a node lets pass before its rack will do. */
  readonly nodeLocalityDelay: number;
  /** Further chances before any node will do; −1 = by the number of places and containers. */
  readonly rackLocalityAdditionalDelay: number;
  readonly rackLocalityFullReset: boolean;
  readonly maximumApplications: number;
  /** Of each queue that says nothing itself; undefined: by its part of the cluster. */
  readonly maximumApplicationsPerQueue: number | undefined;
  readonly amPercent: number;
  readonly assignsMultiple: boolean;
  /** Per heartbeat of a node; −1 = as many as fit. */
  readonly maximumAssignments: number;
  readonly maximumOffSwitchAssignments: number;
  /** Whether an application with reservations may use another node that has room. */
  readonly continuesLooking: boolean;
  readonly maxParallelApps: number;
  readonly maxParallelAppsPerUser: number;
  readonly maxParallelAppsOfUsers: ReadonlyMap<string, number>;
  readonly placement: PlacementConfig;
  readonly aclEnabled: boolean;
  readonly administrators: AccessList;
  readonly maximumPriority: number;
  readonly preemption: PreemptionConfig | undefined;
  readonly warnings: readonly string[];
  /** Every property in force, for queues that come into being later. */
  readonly properties: ReadonlyMap<string, RawEntry>;
}

const UNLIMITED_APPLICATIONS = 2 ** 31 - 1;

/** What holds where there is no `capacity-scheduler.xml`: Hadoop's own default, one queue for all. */
const DEFAULT_QUEUES = new Map<string, RawEntry>([
  [`${PREFIX}root.queues`, { value: 'default', origin: 'default' }],
  [`${PREFIX}root.default.capacity`, { value: '100', origin: 'default' }],
]);

/** Settings that Hadoop has for its threads and caches: they have no counterpart here, and do no harm. */
const WITHOUT_COUNTERPART = [
  'application.fail-fast',
  'configuration.store.',
  'lazy-preemption-enabled',
  'legacy-queue-mode.enabled',
  'multi-node-',
  'per-node-heartbeat.allow-multiple-assignments',
  'queue.auto.refresh.',
  'schedule-asynchronously.',
  'skip-allocate-on-nodes-with-reserved-containers',
  'user-metrics.enable',
];

/** @throws RM_BAD_QUEUES with file, line and reason */
export function readCapacityConfiguration({ site, capacity }: PolicyFiles): CapacityConfiguration {
  const queues = [...capacity.keys(), ...site.keys()].some((key) => key.startsWith(`${PREFIX}root.`));
  const properties = new Map([...(queues ? [] : DEFAULT_QUEUES), ...site, ...capacity]);
  const reader = new PropertyReader(properties);
  const global = (name: string): string => `${PREFIX}${name}`;
  const amPercent = reader.number(global('maximum-am-resource-percent'), DEFAULT_AM_PERCENT, { min: 0, max: 1 });
  const maxParallelApps = reader.integer(global('max-parallel-apps'), UNLIMITED_APPLICATIONS, { min: 0 });
  const acl = reader.raw('yarn.admin.acl');
  const configuration = {
    root: readQueueTree(reader, { amPercent, maxParallelApps }),
    calculator: readCalculator(reader),
    nodeLocalityDelay: reader.integer(global('node-locality-delay'), 40, { min: -1 }),
    rackLocalityAdditionalDelay: reader.integer(global('rack-locality-additional-delay'), -1, { min: -1 }),
    rackLocalityFullReset: reader.flag(global('rack-locality-full-reset'), true),
    maximumApplications: reader.integer(global('maximum-applications'), DEFAULT_MAXIMUM_APPLICATIONS, { min: 0 }),
    maximumApplicationsPerQueue: reader.integer(global('global-queue-max-application'), undefined, { min: 0 }),
    amPercent,
    assignsMultiple: reader.flag(global('per-node-heartbeat.multiple-assignments-enabled'), true),
    maximumAssignments: reader.integer(global('per-node-heartbeat.maximum-container-assignments'), 100, { min: -1 }),
    maximumOffSwitchAssignments: reader.integer(global('per-node-heartbeat.maximum-offswitch-assignments'), 1, {
      min: 1,
    }),
    continuesLooking: reader.flag(global('reservations-continue-look-all-nodes'), true),
    maxParallelApps,
    ...readParallelAppsOfUsers(reader),
    placement: readPlacement(reader),
    aclEnabled: reader.flag('yarn.acl.enable', false),
    administrators: acl === undefined ? AccessList.EVERYBODY : AccessList.parse(acl),
    maximumPriority: reader.integer('yarn.cluster.max-application-priority', 0, { min: 0 }),
    preemption: readPreemption(reader),
    properties,
  };
  return { ...configuration, warnings: warningsOf(reader) };
}

function readCalculator(reader: PropertyReader): ResourceCalculator {
  const key = `${PREFIX}resource-calculator`;
  const name = reader.text(key);
  if (name === undefined || name.endsWith('DefaultResourceCalculator')) return MEMORY_CALCULATOR;
  if (name.endsWith('DominantResourceCalculator')) return DOMINANT_CALCULATOR;
  throw reader.error(
    key,
    `there is no calculator ${name}: use DefaultResourceCalculator or DominantResourceCalculator.`,
  );
}

function readParallelAppsOfUsers(
  reader: PropertyReader,
): Pick<CapacityConfiguration, 'maxParallelAppsPerUser' | 'maxParallelAppsOfUsers'> {
  const prefix = `${PREFIX}user.`;
  const ofUsers = new Map<string, number>();
  const perUser = reader.integer(`${prefix}max-parallel-apps`, UNLIMITED_APPLICATIONS, { min: 0 });
  for (const key of reader.keysUnder(prefix).filter((each) => each.endsWith('.max-parallel-apps'))) {
    const user = key.slice(prefix.length, -'.max-parallel-apps'.length);
    ofUsers.set(user, reader.integer(key, perUser, { min: 0 }));
  }
  return { maxParallelAppsPerUser: perUser, maxParallelAppsOfUsers: ofUsers };
}

function warningsOf(reader: PropertyReader): string[] {
  const warnings = reader.unknown(PREFIX);
  return warnings.map((warning) => {
    const known = WITHOUT_COUNTERPART.find((name) => warning.includes(`${PREFIX}${name}`));
    return known === undefined ? warning : warning.replace(/( Did you mean .*)?$/, ' Weft has no counterpart of it.');
  });
}
