/** `yarn.resourcemanager.monitor.capacity.preemption.*`: how running containers give way to queues below their share. */
import type { PropertyReader } from '../../property-reader.js';

const MONITOR = 'yarn.resourcemanager.scheduler.monitor.';
const PREFIX = 'yarn.resourcemanager.monitor.capacity.preemption.';
const LEGACY = 'yarn.resourcemanager.monitor.capacity.preemption.intra-queue-preemption.';

export interface PreemptionConfig {
  /** Decisions are worked out and not carried out. */
  readonly observeOnly: boolean;
  readonly intervalMs: number;
  /** From the notice to the end by force. */
  readonly waitBeforeKillMs: number;
  /** Most that one round takes, as a part of the cluster. */
  readonly perRound: number;
  /** Over-use that is let be, as a part of the guarantee. */
  readonly ignoredOverCapacity: number;
  /** Part of what is due that one round takes: some containers end by themselves. */
  readonly naturalTermination: number;
  readonly intraQueue: {
    readonly enabled: boolean;
    /** Queues that use less than this part of their guarantee are let be. */
    readonly minimumThreshold: number;
    /** Most that one round takes of a queue, as a part of what it has. */
    readonly maximumAllowance: number;
    readonly order: 'priority_first' | 'userlimit_first';
  };
}

/** @returns undefined where preemption is off, which is the default */
export function readPreemption(reader: PropertyReader): PreemptionConfig | undefined {
  const enabled = reader.flag(`${MONITOR}enable`, false);
  // Only one policy is known; others would be silently without effect.
  const policies = reader.list(`${MONITOR}policies`) ?? [];
  const unknown = policies.find((name) => !name.endsWith('ProportionalCapacityPreemptionPolicy'));
  if (unknown !== undefined) throw reader.error(`${MONITOR}policies`, `there is no policy ${unknown}.`);
  const part = (name: string, byDefault: number, max = 1): number =>
    reader.number(`${PREFIX}${name}`, byDefault, { min: 0, max });
  const config: PreemptionConfig = {
    observeOnly: reader.flag(`${PREFIX}observe_only`, false),
    intervalMs: reader.integer(`${PREFIX}monitoring_interval`, 3000, { min: 1 }),
    waitBeforeKillMs: reader.integer(`${PREFIX}max_wait_before_kill`, 15_000, { min: 0 }),
    perRound: part('total_preemption_per_round', 0.1),
    ignoredOverCapacity: part('max_ignored_over_capacity', 0.1, Number.MAX_SAFE_INTEGER),
    naturalTermination: part('natural_termination_factor', 0.2),
    intraQueue: {
      enabled: reader.flag(`${LEGACY}enabled`, false),
      minimumThreshold: reader.number(`${LEGACY}minimum-threshold`, 0.5, { min: 0 }),
      maximumAllowance: reader.number(`${LEGACY}max-allowable-limit`, 0.2, { min: 0 }),
      order: reader.choice(
        `${LEGACY}preemption-order-policy`,
        ['userlimit_first', 'priority_first'],
        'userlimit_first',
      ),
    },
  };
  return enabled ? config : undefined;
}
