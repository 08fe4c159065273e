/** `health` of YARN's REST API: what was done last, and how much since the last tick. */
import test from 'ava';
import type { Scheduler } from '../../../../resourcemanager/scheduler/index.js';
import { applyEach, capacityFiles, newScheduler, submitted } from '../policy-fixtures.js';
import { MB, app, ask, asked, node, nodeUpdated } from '../scheduler-fixtures.js';

interface HealthView {
  lastrun: number;
  operationsInfo: { operation: string; nodeId: string; containerId: string; queue: string }[];
  lastRunDetails: { operation: string; count: number; resources: { memory: number } }[];
}

const healthOf = (core: Scheduler): HealthView => (core.schedulerInfo() as { health: HealthView }).health;

test('health tells the last of each operation, and what was done since the last tick', (t) => {
  const core = newScheduler('capacity', capacityFiles({ 'root.queues': 'a', 'root.a.capacity': '100' }));
  const never = { nodeId: 'N/A', containerId: 'N/A', queue: 'N/A' };
  t.deepEqual(
    healthOf(core).operationsInfo,
    ['allocation', 'release', 'preemption', 'reservation'].map((name) => ({ operation: `last-${name}`, ...never })),
  );
  applyEach(core, [{ type: 'tick' }], 5);
  applyEach(core, [nodeUpdated(2, MB(2048), { schedulable: false })]);
  applyEach(core, [nodeUpdated(1, MB(2048)), ...submitted(1, 'root.a'), asked(1, ask(3, MB(768)))]);
  applyEach(core, [{ type: 'node-heartbeat', nodeId: node(1) }]);
  const [allocation, release, , reservation] = healthOf(core).operationsInfo;
  const where = { nodeId: node(1), queue: 'root.a' };
  t.like(allocation, where);
  t.regex(allocation?.containerId ?? '', /^container_/);
  t.like(release, never);
  t.deepEqual(reservation, { operation: 'last-reservation', containerId: 'N/A', ...where });
  const sums = ({ lastrun, lastRunDetails }: HealthView): unknown[] => [
    lastrun,
    ...lastRunDetails.map(({ operation, count, resources }) => [operation, count, resources.memory]),
  ];
  t.deepEqual(sums(healthOf(core)), [5, ['releases', 0, 0], ['allocations', 2, 1536], ['reservations', 1, 768]]);
  applyEach(core, [{ type: 'tick' }], 9);
  applyEach(core, [{ type: 'application-removed', applicationId: app(1) }]);
  t.deepEqual(sums(healthOf(core)), [9, ['releases', 2, 1536], ['allocations', 0, 0], ['reservations', 0, 0]]);
});
