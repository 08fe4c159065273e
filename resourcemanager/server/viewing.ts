/** Who may look at what of an application: its owner, whom it names, and administrators of its queue and the cluster. */
import type { FastifyInstance } from 'fastify';
import { bearerOf } from '../../runtime/common/http/token-gate.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { isRole } from './authentication.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';
import type { ApplicationView } from './views/application-view.js';

/** What everybody sees of everybody's applications, as in YARN. */
const PUBLIC_MEMBERS = [
  ...['id', 'user', 'name', 'queue', 'state', 'finalStatus', 'progress', 'trackingUI', 'clusterId'],
  ...['applicationType', 'applicationTags', 'priority', 'startedTime', 'finishedTime', 'elapsedTime'],
] as const;

/** Below these lies what an application says, does and logs. Its proxied pages also take orders. */
const BELOW_APPLICATION =
  /^(?:\/ws\/v1\/cluster\/apps\/:id\/(?!state$|queue$|priority$|timeout)|\/ws\/v1\/weft\/apps\/:id\/|\/weft\/v1\/apps\/:id\/|\/proxy\/:id)/;

/** Refuses the details of applications to those who may not view them, and orders through their pages. */
export function guardDetails(app: FastifyInstance, view: ClusterView): void {
  app.addHook<{ Params: { id: string } } & ByUser>('preHandler', async (request) => {
    const route = request.routeOptions.url ?? '';
    if (!BELOW_APPLICATION.test(route) || isRole(bearerOf(request), request, view)) return;
    const application = view.applications.get(parseApplicationId(request.params.id));
    // Who asks for one that is not there is told that.
    if (application === undefined) return;
    const isOrder = request.method !== 'GET' && request.method !== 'HEAD';
    // The routes of other orders ask by themselves.
    if (isOrder && !route.startsWith('/proxy/')) return;
    if (isOrder) await view.access.requireMayModify(userOf(request), application.record);
    else await view.access.requireMayView(userOf(request), application.record);
  });
}

export function publicPart(details: ApplicationView): ApplicationView {
  const members = PUBLIC_MEMBERS.map((name) => [name, details[name]] as const);
  return Object.fromEntries(members) as ApplicationView;
}
