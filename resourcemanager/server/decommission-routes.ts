/** Sending nodes away, and letting them come back: for Weft's own commands. Administrators only. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { about } from '../../runtime/common/http/openapi.js';
import { parseNodeId } from '../../runtime/common/ids.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import type { Grace } from '../nodes/decommissioning.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';

const GraceSchema = Type.Object({
  /** Left out: the node goes at once, whatever runs there. */
  graceful: Type.Optional(Type.Boolean()),
  /** How long it may take, seconds; -1 = however long. Left out: the cluster's default. */
  timeoutSeconds: Type.Optional(Type.Integer({ minimum: -1 })),
});

const GRACE = { body: GraceSchema };

type ByNode = ByUser & { Params: { id: string } };

export function decommissionRoutes(app: FastifyInstance, view: ClusterView): void {
  app.post<ByUser>('/weft/v1/nodes/refresh', about('Reads the files of nodes again', GRACE), async (request) => {
    const grace = graceOf(request.body, view);
    await view.access.requireAdministrator(userOf(request));
    view.racks.refresh();
    view.decommissioning.refresh();
    return apply(view, grace);
  });
  app.post<ByNode>('/weft/v1/nodes/:id/decommission', about('Sends a node away', GRACE), async (request) => {
    const grace = graceOf(request.body, view);
    await view.access.requireAdministrator(userOf(request));
    const { id } = view.nodes.require(request.params.id);
    view.decommissioning.order(id, true);
    return apply(view, grace, id);
  });
  app.post<ByNode>('/weft/v1/nodes/:id/recommission', about('Lets a node come back'), async (request) => {
    await view.access.requireAdministrator(userOf(request));
    // It may be unknown here by now.
    const id = parseNodeId(request.params.id);
    view.decommissioning.order(id, false);
    view.nodes.applyExclusion(id, undefined);
    return { nodeId: id, refusal: view.decommissioning.refusal(id) };
  });
}

function apply(view: ClusterView, grace: Grace | undefined, id?: ReturnType<typeof parseNodeId>): object {
  const ids = id === undefined ? view.nodes.all().map((node) => node.id) : [id];
  const verdicts = ids.map((each) => ({ nodeId: each, verdict: view.nodes.applyExclusion(each, grace) }));
  const having = (wanted: string): string[] =>
    verdicts.filter(({ verdict }) => verdict === wanted).map(({ nodeId }) => nodeId);
  return { leaving: having('leave'), gone: having('go') };
}

/** @throws HTTP_BAD_REQUEST */
function graceOf(body: unknown, view: ClusterView): Grace | undefined {
  const given = (body ?? {}) as Static<typeof GraceSchema>;
  requireFit(GraceSchema, given, 'HTTP_BAD_REQUEST', 'The body');
  const { graceful, timeoutSeconds } = given;
  if (graceful !== true) return undefined;
  if (timeoutSeconds === undefined) return { timeoutMs: view.decommissionTimeoutMs };
  return { timeoutMs: timeoutSeconds < 0 ? undefined : timeoutSeconds * 1000 };
}
