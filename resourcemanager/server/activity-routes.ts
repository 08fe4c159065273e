/**
 * YARN's scheduling activities. Hadoop records looks at nodes while somebody asks; here nothing is recorded, since each
 * gate can be told at any time: the answer is what the Scheduler would say now, in Hadoop's shape.
 */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { about } from '../../runtime/common/http/openapi.js';
import { isEnded } from '../apps/application.js';
import type { Application } from '../apps/application-registry.js';
import type { Gate, QueueView } from '../scheduler/index.js';
import { requireApplication } from './application-routes.js';
import type { ClusterView } from './cluster-view.js';

const IDLE = 'waiting for next allocation';

export function activityRoutes(app: FastifyInstance, view: ClusterView): void {
  const base = '/ws/v1/cluster/scheduler';
  app.get(`${base}/activities`, about('What holds back each application that waits, by queue'), () => {
    const root = queueActivity(view.scheduler.queueTree(), view);
    const allocations = root === undefined ? [] : [{ finalAllocationState: 'SKIPPED', root }];
    return {
      activities: { ...time(view), ...(root === undefined ? { diagnostic: IDLE } : { allocations }) },
    };
  });
  const ofOne = about('What holds back one application', {
    query: Type.Object({ maxTime: Type.Optional(Type.String()) }),
  });
  app.get<{ Params: { id: string } }>(`${base}/app-activities/:id`, ofOne, ({ params }) => {
    const application = requireApplication(view, params.id);
    const activity = applicationActivity(application, view);
    return {
      appActivities: {
        applicationId: application.record.id,
        ...time(view),
        ...(activity === undefined ? { diagnostic: IDLE } : { allocations: [{ ...time(view), ...activity }] }),
      },
    };
  });
}

/** Queues without anything that waits are left out. */
function queueActivity(queue: QueueView, view: ClusterView): object | undefined {
  const below = queue.children.flatMap((child) => queueActivity(child, view) ?? []);
  const own = queue.isLeaf ? activitiesIn(queue, view) : [];
  if (below.length + own.length === 0) return undefined;
  return { name: queue.path, allocationState: 'SKIPPED', children: [...below, ...own] };
}

function activitiesIn({ path }: QueueView, view: ClusterView): object[] {
  return [...view.applications.all()].flatMap((application) => {
    const { record } = application;
    if (isEnded(record.state) || record.submission.queue !== path) return [];
    const activity = applicationActivity(application, view);
    return activity === undefined ? [] : { name: record.id, ...activity };
  });
}

/** Undefined for one that waits for nothing. */
function applicationActivity({ record }: Application, view: ClusterView): object | undefined {
  const usage = view.scheduler.usage(record.id);
  if (usage === undefined || usage.pendingContainers === 0) return undefined;
  const gates = view.scheduler.explain(record.id, view.clock.nowMs());
  const closed = gates.find(({ passed }) => !passed);
  const allocationState = closed === undefined ? 'ACCEPTED' : 'SKIPPED';
  return {
    queueName: usage.queue,
    appPriority: usage.priority,
    allocationState,
    ...(closed === undefined ? {} : { diagnostic: closed.message }),
    children: gates.map(gateActivity),
  };
}

function gateActivity({ gate, passed, message }: Gate): object {
  return { name: gate, allocationState: passed ? 'ACCEPTED' : 'SKIPPED', diagnostic: message };
}

function time({ clock }: ClusterView): object {
  const nowMs = clock.nowMs();
  return { timestamp: nowMs, dateTime: new Date(nowMs).toUTCString() };
}
