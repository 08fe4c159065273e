/** The settings of the Fair scheduler in `yarn-site.xml`. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { PolicyFiles } from '../../policy-files.js';
import { PropertyReader } from '../../property-reader.js';
import { map } from '../../resources.js';
import { readAllocations, type AllocationConfig } from './allocation-config.js';

export interface FairSettings extends AllocationConfig {
  /** Asks are rounded up to whole multiples of it. @default 1024 MB and 1 vcore */
  readonly increment: Resource;
  /** Smaller asks reserve no node. @default two increments */
  readonly reservationThreshold: Resource;
  /** Share of all nodes that one application may reserve. @default 0.05 */
  readonly reservableNodes: number;
  readonly assignMultiple: boolean;
  readonly dynamicMaxAssign: boolean;
  /** −1 = as many as fit. */
  readonly maxAssign: number;
  /** Share of all nodes that are let pass for a better place; below 0 = none. */
  readonly nodeLocality: number;
  readonly rackLocality: number;
  readonly sizeBasedWeight: boolean;
  readonly preemption: boolean;
  /** Share of the cluster that must be used before anything is preempted. @default 0.8 */
  readonly utilizationThreshold: number;
  /** @default 15000 */
  readonly waitBeforeKillMs: number;
  readonly starvationPauseMs: number;
  readonly aclEnabled: boolean;
  /** Whether queues that the file does not name are made. */
  readonly allowUndeclared: boolean;
}

const PREFIX = 'yarn.scheduler.fair.';
/** Read elsewhere. */
const ELSEWHERE = ['allocation.file', 'update-interval-ms'];
/** Of continuous scheduling, which Hadoop advises against: nodes are served as soon as something is free. */
const CONTINUOUS = [
  'continuous-scheduling-enabled',
  'continuous-scheduling-sleep-ms',
  'locality-delay-node-ms',
  'locality-delay-rack-ms',
];
/** Hadoop's heartbeat of nodes, of which it waits for four. */
const FOUR_HEARTBEATS_MS = 4000;

/** @throws RM_BAD_QUEUES, CONFIG_BAD_FILE with file, line and reason */
export function readFairSettings(files: PolicyFiles): FairSettings {
  const reader = new PropertyReader(files.site);
  for (const key of ELSEWHERE) reader.text(PREFIX + key);
  const userAsDefaultQueue = reader.flag(`${PREFIX}user-as-default-queue`, true);
  const allowUndeclared = reader.flag(`${PREFIX}allow-undeclared-pools`, true);
  const allocations = readAllocations(files.allocations, { userAsDefaultQueue, allowUndeclared });
  const increment = readIncrement(reader);
  const multiple = reader.number('yarn.scheduler.reservation-threshold.increment-multiple', 2, { min: 0 });
  const waitBeforeKillMs = reader.integer(`${PREFIX}waitTimeBeforeKill`, 15_000, { min: 0 });
  const pauseMs = reader.integer(`${PREFIX}waitTimeBeforeNextStarvationCheck`, 10_000, { min: 0 });
  const settings = {
    ...allocations,
    ...{ increment, reservationThreshold: map(increment, (value) => Math.trunc(value * multiple)), allowUndeclared },
    reservableNodes: reader.number(`${PREFIX}reservable-nodes`, 0.05, { min: 0 }),
    assignMultiple: reader.flag(`${PREFIX}assignmultiple`, false),
    dynamicMaxAssign: reader.flag(`${PREFIX}dynamic.max.assign`, true),
    maxAssign: reader.integer(`${PREFIX}max.assign`, -1),
    nodeLocality: reader.number(`${PREFIX}locality.threshold.node`, -1),
    rackLocality: reader.number(`${PREFIX}locality.threshold.rack`, -1),
    sizeBasedWeight: reader.flag(`${PREFIX}sizebasedweight`, false),
    preemption: reader.flag(`${PREFIX}preemption`, false),
    utilizationThreshold: reader.number(`${PREFIX}preemption.cluster-utilization-threshold`, 0.8),
    ...{ waitBeforeKillMs, starvationPauseMs: waitBeforeKillMs + FOUR_HEARTBEATS_MS + pauseMs },
    aclEnabled: reader.flag('yarn.acl.enable', false),
  };
  const warnings = [...allocations.warnings, ...continuousWarnings(reader), ...reader.unknown(PREFIX)];
  return { ...settings, warnings };
}

function continuousWarnings(reader: PropertyReader): string[] {
  return CONTINUOUS.map((name) => PREFIX + name)
    .filter((key) => reader.isSet(key))
    .map(
      (key) =>
        `${reader.originOf(key)}: the key ${key} has no effect. Weft has no continuous scheduling, which Hadoop advises ` +
        'against: it serves a node as soon as something is free there.',
    );
}

function readIncrement(reader: PropertyReader): Resource {
  const of = (key: string, older: string, byDefault: number): number =>
    reader.integer(`yarn.resource-types.${key}.increment-allocation`, reader.integer(older, byDefault, { min: 1 }), {
      min: 1,
    });
  return {
    memoryMb: of('memory-mb', 'yarn.scheduler.increment-allocation-mb', 1024),
    vcores: of('vcores', 'yarn.scheduler.increment-allocation-vcores', 1),
  };
}
