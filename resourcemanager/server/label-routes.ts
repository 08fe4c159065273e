/** YARN's REST API: node labels, and which node has which. Administrators change them. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { about } from '../../runtime/common/http/openapi.js';
import type { NodeId } from '../../runtime/common/ids.js';
import { many, oneOrMany } from '../apps/one-or-many.js';
import { readText } from '../apps/text-values.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import type { NodeLabel } from '../nodes/node-labels.js';
import { isGone } from '../nodes/node.js';
import { NOTHING, add, restResource } from '../scheduler/index.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';

const LabelsSchema = Type.Object({
  nodeLabelInfo: oneOrMany(Type.Object({ name: Type.String(), exclusivity: Type.Optional(Type.Boolean()) })),
});
const NodesSchema = Type.Object({
  nodeToLabels: oneOrMany(
    Type.Object({ nodeId: Type.String({ minLength: 1 }), labels: Type.Optional(oneOrMany(Type.String())) }),
  ),
});

/** Once for each label. */
const QuerySchema = Type.Object({ labels: Type.Optional(oneOrMany(Type.String())) });
const LABELS = { xmlRoot: 'nodeLabelsInfo' };

interface ByNode {
  Params: { nodeId: string };
}
interface ByLabels {
  Querystring: ByUser['Querystring'] & { labels?: string | string[] };
}

export function labelRoutes(app: FastifyInstance, view: ClusterView): void {
  const base = '/ws/v1/cluster';
  readingRoutes(app, view, base);
  const changed = async (user: string, change: () => void): Promise<void> => {
    await view.access.requireAdministrator(user);
    change();
  };
  app.post<ByUser>(
    `${base}/add-node-labels`,
    about('Adds node labels', { body: LabelsSchema }),
    async (request, reply) => {
      const body = checked(LabelsSchema, request.body) as Static<typeof LabelsSchema>;
      const labels = many(body.nodeLabelInfo).map(({ name, exclusivity = true }) => ({ name, exclusive: exclusivity }));
      await changed(userOf(request), () => {
        view.labels.add(labels);
      });
      return reply.send('');
    },
  );
  app.post<ByLabels>(
    `${base}/remove-node-labels`,
    about('Removes node labels', { query: QuerySchema }),
    async (request, reply) => {
      await changed(userOf(request), () => {
        view.labels.remove(many(request.query.labels));
      });
      return reply.send('');
    },
  );
  app.post<ByUser>(
    `${base}/replace-node-to-labels`,
    about('Labels nodes', { body: NodesSchema }),
    async (request, reply) => {
      const body = checked(NodesSchema, request.body) as Static<typeof NodesSchema>;
      const wanted = many(body.nodeToLabels).map(({ nodeId, labels }) => [nodeId, many(labels)] as const);
      await changed(userOf(request), () => {
        view.labels.replace(new Map(wanted));
      });
      return reply.send('');
    },
  );
  const labelling = about('Labels a node', { query: QuerySchema });
  app.post<ByNode & ByLabels>(`${base}/nodes/:nodeId/replace-labels`, labelling, async (request, reply) => {
    await changed(userOf(request), () => {
      view.labels.replace(new Map([[request.params.nodeId, many(request.query.labels)]]));
    });
    return reply.send('');
  });
}

function readingRoutes(app: FastifyInstance, view: ClusterView, base: string): void {
  app.get(`${base}/get-node-labels`, about('The node labels', LABELS), () => labelsView(view, view.labels.all()));
  app.get<ByNode>(`${base}/nodes/:nodeId/get-labels`, about('The labels of a node', LABELS), ({ params }) =>
    labelsView(view, labelsOf(view, params.nodeId)),
  );
  app.get(`${base}/get-node-to-labels`, about('The labels of each node', { xmlRoot: 'nodeToLabelsInfo' }), () => {
    const ids = new Set([...view.labels.assigned().keys(), ...view.nodes.all().map(({ id }) => id)]);
    const entry = [...ids]
      .map((key) => ({ key, value: labelsView(view, labelsOf(view, key)) }))
      .filter(({ value }) => value.nodeLabelInfo !== undefined);
    return { nodeToLabels: entry.length === 0 ? {} : { entry } };
  });
  const mappings = about('The nodes of each label', { xmlRoot: 'labelsToNodesInfo', query: QuerySchema });
  app.get<ByLabels>(`${base}/label-mappings`, mappings, ({ query }) => {
    const wanted = many(query.labels);
    const labels = view.labels.all().filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    const entry = labels.map((label) => ({
      key: labelView(view, label),
      value: { nodes: [...view.labels.assigned()].filter(([, name]) => name === label.name).map(([node]) => node) },
    }));
    return { labelsToNodes: entry.length === 0 ? {} : { entry } };
  });
}

function labelsOf({ labels }: ClusterView, node: string): NodeLabel[] {
  const name = labels.of(node as NodeId);
  return labels.all().filter((label) => label.name === name);
}

function labelsView(view: ClusterView, labels: readonly NodeLabel[]): { nodeLabelInfo?: object[] } {
  return labels.length === 0 ? {} : { nodeLabelInfo: labels.map((label) => labelView(view, label)) };
}

function labelView({ nodes, labels }: ClusterView, { name, exclusive }: NodeLabel): object {
  const there = nodes.all().filter((node) => !isGone(node) && labels.of(node.id) === name);
  const capacity = there.reduce((sum, node) => add(sum, node.capacity), NOTHING);
  return {
    name,
    exclusivity: exclusive,
    partitionInfo: { resourceAvailable: restResource(capacity) },
    activeNMs: there.length,
  };
}

/** @throws HTTP_BAD_REQUEST */
function checked(schema: typeof LabelsSchema | typeof NodesSchema, body: unknown): unknown {
  const given = readText(schema, body);
  requireFit(schema, given, 'HTTP_BAD_REQUEST', 'The body');
  return given;
}
