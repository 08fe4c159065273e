/** A scheduler scenario as it is written: a cluster, and what happens to it step by step. */
import { readFileSync } from 'node:fs';
import { Type, type Static } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { requireFit } from '../../runtime/common/wire/index.js';

const SizeSchema = Type.Object({ memory: Type.Integer(), vcores: Type.Optional(Type.Integer()) });
const TextSchema = Type.Union([Type.String(), Type.Array(Type.String())]);
const ConfSchema = Type.Record(Type.String(), Type.String());

const NodeSchema = Type.Object({
  id: Type.String(),
  memory: Type.Integer(),
  vcores: Type.Optional(Type.Integer()),
  rack: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
});
export type ScenarioNode = Static<typeof NodeSchema>;

const LineSchema = Type.Object({
  resource: Type.Optional(Type.String()),
  memory: Type.Optional(Type.Integer()),
  vcores: Type.Optional(Type.Integer()),
  count: Type.Optional(Type.Integer()),
  priority: Type.Optional(Type.Integer()),
  label: Type.Optional(Type.String()),
  relaxLocality: Type.Optional(Type.Boolean()),
});
export type ScenarioAsk = Static<typeof LineSchema>;

/** One step; which fields count depends on `op`. */
const StepSchema = Type.Object({
  op: Type.String(),
  app: Type.Optional(Type.String()),
  queue: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  am: Type.Optional(SizeSchema),
  askAm: Type.Optional(Type.Boolean()),
  amLabel: Type.Optional(Type.String()),
  requests: Type.Optional(Type.Array(LineSchema)),
  node: Type.Optional(TextSchema),
  times: Type.Optional(Type.Integer()),
  updateEach: Type.Optional(Type.Boolean()),
  updateAfter: Type.Optional(Type.Boolean()),
  order: Type.Optional(Type.String()),
  conf: Type.Optional(ConfSchema),
  allocationFile: Type.Optional(TextSchema),
  expectError: Type.Optional(Type.Boolean()),
  ms: Type.Optional(Type.Integer()),
  expectQueue: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  name: Type.Optional(Type.String()),
  acl: Type.Optional(Type.String()),
  expect: Type.Optional(Type.Union([Type.Boolean(), SizeSchema])),
  id: Type.Optional(Type.String()),
  rack: Type.Optional(Type.String()),
  apps: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  queues: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  nodes: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  cluster: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  ...LineSchema.properties,
});
export type ScenarioStep = Static<typeof StepSchema>;

const ScenarioSchema = Type.Object({
  id: Type.String(),
  scheduler: Type.String(),
  conf: Type.Optional(ConfSchema),
  allocationFile: Type.Optional(TextSchema),
  clusterNodeLabels: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), exclusive: Type.Optional(Type.Boolean()) })),
  ),
  nodes: Type.Optional(Type.Array(NodeSchema)),
  steps: Type.Array(StepSchema),
});
export type Scenario = Static<typeof ScenarioSchema>;

/** @throws SLS_BAD_FILE with the path and the reason */
export function readScenario(path: string): Scenario {
  const parsed = readJson(path);
  requireFit(ScenarioSchema, parsed, 'SLS_BAD_FILE', path);
  return parsed as Scenario;
}

/** @throws SLS_BAD_FILE */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('SLS_BAD_FILE', `${path}: ${reason}`, { cause, subject: path });
  }
}

export function joined(text: string | readonly string[] | undefined): string | undefined {
  return typeof text === 'object' ? text.join('\n') : text;
}
