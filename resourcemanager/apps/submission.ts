/** YARN's ApplicationSubmissionContext, as it is POSTed, and what it becomes after it was checked. */
import { Type, type Static } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { hasControls, refusedInSubmission, refusedPath } from '../../runtime/common/security/launch-rules.js';
import type { ResourceType } from '../../runtime/common/config/resource-types.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import type { LocalResource } from '../../runtime/common/wire/protocols/index.js';
import type { NodeLabels } from '../nodes/node-labels.js';
import type { Scheduler } from '../scheduler/index.js';
import type { Submission } from './application.js';
import { checkQueueLimits, checkSize } from './ask-checks.js';
import { many, oneOrMany } from './one-or-many.js';
import { readText } from './text-values.js';
import { splitCommand } from './command-line.js';

const LocalResourceEntry = Type.Object({
  key: Type.String({ minLength: 1 }),
  value: Type.Object({
    /** `weft-blob:<sha256>` of a file that was uploaded first. */
    resource: Type.String(),
    type: Type.Optional(Type.String()),
    visibility: Type.Optional(Type.String()),
    size: Type.Optional(Type.Integer({ minimum: 0 })),
    timestamp: Type.Optional(Type.Number()),
    /** Not in YARN: whether the file gets its execute bit. */
    executable: Type.Optional(Type.Boolean()),
  }),
});
type LocalResourceEntry = Static<typeof LocalResourceEntry>;
const EnvironmentEntry = Type.Object({
  key: Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
  value: Type.String(),
});

/** Hadoop's access list of users and groups. */
const AccessEntry = Type.Object({
  key: Type.Union([Type.Literal('VIEW_APP'), Type.Literal('MODIFY_APP')]),
  value: Type.String({ maxLength: 10_000 }),
});

const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Also names memory and virtual cores, which count by their own members. */
const ResourceInformation = Type.Object({ name: Type.String({ minLength: 1 }), value: Amount });

/** Hadoop's rules. */
const TAG = /^[\x20-\x7e]{1,100}$/;
const MAX_TAGS = 10;
/** It stands in lists, logs and pages. */
const MAX_NAME_LENGTH = 1000;
/** Hadoop cuts off what is longer. */
const MAX_TYPE_LENGTH = 20;

const TimeoutEntry = Type.Object({ key: Type.Literal('LIFETIME'), value: Type.Integer({ minimum: 1 }) });

export const SubmissionSchema = Type.Object({
  'application-id': Type.String(),
  'application-name': Type.Optional(Type.String()),
  queue: Type.Optional(Type.String()),
  'application-type': Type.Optional(Type.String()),
  priority: Type.Optional(Type.Integer()),
  'max-app-attempts': Type.Optional(Type.Integer()),
  'keep-containers-across-application-attempts': Type.Optional(Type.Boolean()),
  'attempt-failures-validity-interval': Type.Optional(Type.Number()),
  'application-tags': Type.Optional(Type.Object({ tag: Type.Optional(oneOrMany(Type.String())) })),
  /** Seconds, by type of timeout. */
  'application-timeouts': Type.Optional(Type.Object({ entry: Type.Optional(oneOrMany(TimeoutEntry)) })),
  /** Node label of all its containers; that of the AppMaster may be another one. */
  'app-node-label-expression': Type.Optional(Type.String()),
  'am-container-node-label-expression': Type.Optional(Type.String()),
  'unmanaged-AM': Type.Optional(Type.Boolean()),
  resource: Type.Optional(
    Type.Object({
      /** What is left out, or 0, is the least that a container has, as in Hadoop. */
      memory: Type.Optional(Amount),
      vCores: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
      resourceInformations: Type.Optional(
        Type.Object({ resourceInformation: Type.Optional(oneOrMany(ResourceInformation)) }),
      ),
    }),
  ),
  'am-container-spec': Type.Object({
    commands: Type.Object({ command: Type.String() }),
    environment: Type.Optional(Type.Object({ entry: Type.Optional(oneOrMany(EnvironmentEntry)) })),
    'application-acls': Type.Optional(Type.Object({ entry: Type.Optional(oneOrMany(AccessEntry)) })),
    'local-resources': Type.Optional(Type.Object({ entry: Type.Optional(oneOrMany(LocalResourceEntry)) })),
  }),
});
type SubmissionBody = Static<typeof SubmissionSchema>;

export interface SubmissionChecks {
  scheduler: Scheduler;
  user: string;
  /** Of the user, the primary one first. */
  groups: readonly string[];
  labels: Pick<NodeLabels, 'refusal'>;
  resourceTypes: ReadonlyMap<string, ResourceType>;
  /** Size in bytes of a staged file, undefined if it is not there. */
  stagedSize(sha256: string): Promise<number | undefined>;
}

/**
 * @throws RM_BAD_SUBMISSION, ENVIRONMENT_REFUSED, LOCAL_RESOURCE_BAD_PATH, RM_UNKNOWN_QUEUE naming the queues, RM_QUEUE_REFUSED naming the gate, RM_NODE_LABELS, RM_UNKNOWN_RESOURCE_TYPE, RM_ASK_TOO_LARGE with numbers, RM_RESOURCE_NOT_STAGED
 */
export async function checkSubmission(body: unknown, checks: SubmissionChecks): Promise<Submission> {
  const given = readText(SubmissionSchema, body) as SubmissionBody;
  requireFit(SubmissionSchema, given, 'RM_BAD_SUBMISSION', 'The submission');
  if (given['unmanaged-AM'] === true) {
    throw new WeftError('RM_BAD_SUBMISSION', 'An unmanaged AppMaster is not supported: give it a container.');
  }
  const spec = given['am-container-spec'];
  const maxAttempts = given['max-app-attempts'] ?? 0;
  const queue = queueOf(given, checks);
  const labels = labelsOf(given, checks);
  const resource = sizeOf(given, checks);
  checkQueueLimits('The AppMaster', queue, resource, labels.amLabel ?? labels.label ?? '', checks.scheduler);
  const lifetimeSeconds = many(given['application-timeouts']?.entry).at(-1)?.value;
  return {
    name: textOf('name', given['application-name'] ?? 'N/A', MAX_NAME_LENGTH),
    queue,
    type: textOf('type', given['application-type'] ?? 'YARN', MAX_TYPE_LENGTH),
    tags: tagsOf(given),
    priority: given.priority ?? 0,
    maxAttempts: maxAttempts > 0 ? maxAttempts : undefined,
    keepContainers: given['keep-containers-across-application-attempts'] ?? true,
    failuresValidityMs: given['attempt-failures-validity-interval'] ?? -1,
    lifetimeMs: lifetimeSeconds === undefined ? undefined : lifetimeSeconds * 1000,
    ...labels,
    ...accessOf(many(spec['application-acls']?.entry)),
    resource,
    context: {
      command: splitCommand(spec.commands.command),
      environment: environmentOf(many(spec.environment?.entry)),
      localResources: await localResourcesOf(many(spec['local-resources']?.entry), checks),
    },
  };
}

/** Where the placement rules put it, if that queue takes it. */
function queueOf(given: SubmissionBody, { scheduler, user, groups }: SubmissionChecks): string {
  const queue = given.queue ?? 'default';
  const applicationName = given['application-name'] ?? 'N/A';
  const tags = many(given['application-tags']?.tag);
  const admitted = scheduler.admit({ user, groups, queue, applicationName, tags });
  if ('queue' in admitted) return admitted.queue;
  const { gate, message } = admitted.refusal;
  throw new WeftError(gate === 'queue' ? 'RM_UNKNOWN_QUEUE' : 'RM_QUEUE_REFUSED', message, { subject: queue });
}

/** An empty expression names no label, as none does. */
function labelsOf(given: SubmissionBody, { labels }: SubmissionChecks): Pick<Submission, 'label' | 'amLabel'> {
  const label = given['app-node-label-expression'] ?? '';
  const amLabel = given['am-container-node-label-expression'] ?? '';
  for (const each of [label, amLabel]) {
    const reason = labels.refusal(each);
    if (reason !== undefined) throw new WeftError('RM_NODE_LABELS', `${reason}.`, { subject: each });
  }
  return { ...(label === '' ? {} : { label }), ...(amLabel === '' ? {} : { amLabel }) };
}

/** In small letters, each once. */
function tagsOf(given: SubmissionBody): string[] {
  const tags = [...new Set(many(given['application-tags']?.tag).map((tag) => tag.toLowerCase()))];
  const bad = tags.find((tag) => !TAG.test(tag));
  if (bad !== undefined) {
    throw new WeftError('RM_BAD_SUBMISSION', `The tag "${bad.slice(0, 200)}" is not 1 to 100 ASCII characters.`);
  }
  if (tags.length <= MAX_TAGS) return tags;
  throw new WeftError('RM_BAD_SUBMISSION', `There are ${tags.length} tags, and ${MAX_TAGS} are the limit.`);
}

function sizeOf({ resource }: SubmissionBody, { scheduler, resourceTypes }: SubmissionChecks): Submission['resource'] {
  const named = many(resource?.resourceInformations?.resourceInformation);
  const others = named.filter(({ name }) => name !== 'memory-mb' && name !== 'vcores');
  const size = {
    memoryMb: resource?.memory ?? scheduler.minimum.memoryMb,
    vcores: resource?.vCores ?? 1,
    ...(others.length === 0 ? {} : { others: Object.fromEntries(others.map(({ name, value }) => [name, value])) }),
  };
  checkSize('The AppMaster', size, scheduler, resourceTypes);
  return size;
}

/** @throws RM_BAD_SUBMISSION for what would not stay on one line of a log or a terminal */
function textOf(what: string, text: string, limit: number): string {
  if (text.length <= limit && !hasControls(text)) return text;
  const why = text.length > limit ? `has more than ${limit} characters` : 'has control characters';
  throw new WeftError('RM_BAD_SUBMISSION', `The ${what} ${JSON.stringify(text.slice(0, 100))} ${why}.`);
}

function accessOf(entries: readonly Static<typeof AccessEntry>[]): Pick<Submission, 'access'> {
  const lists = entries.map(({ key, value }) => [key === 'VIEW_APP' ? 'view' : 'modify', value] as const);
  return lists.length === 0 ? {} : { access: Object.fromEntries(lists) };
}

/** @throws ENVIRONMENT_REFUSED */
function environmentOf(entries: readonly Static<typeof EnvironmentEntry>[]): Record<string, string> {
  for (const { key, value } of entries) {
    const refusal = refusedInSubmission(key, value);
    if (refusal === undefined) continue;
    throw new WeftError('ENVIRONMENT_REFUSED', `The variable ${key} was refused: ${refusal}.`, { subject: key });
  }
  return Object.fromEntries(entries.map(({ key, value }) => [key, value]));
}

/** @throws LOCAL_RESOURCE_BAD_PATH for what leads out of the working folder, and for two files in one place */
function checkPlaces(paths: readonly string[]): void {
  const bad = (path: string, why: string): WeftError =>
    new WeftError('LOCAL_RESOURCE_BAD_PATH', `The local resource ${JSON.stringify(path)} was refused: ${why}.`, {
      subject: path,
    });
  const taken = new Set<string>();
  for (const path of paths) {
    const refusal = refusedPath(path);
    if (refusal !== undefined) throw bad(path, refusal);
    if (taken.has(path)) throw bad(path, 'it is named twice');
    taken.add(path);
  }
  for (const path of paths) {
    const parents = path.split('/').slice(0, -1);
    const file = parents.map((_part, at) => parents.slice(0, at + 1).join('/')).find((parent) => taken.has(parent));
    if (file !== undefined) throw bad(path, `"${file}" is a file`);
  }
}

async function localResourcesOf(
  entries: readonly LocalResourceEntry[],
  checks: SubmissionChecks,
): Promise<LocalResource[]> {
  checkPlaces(entries.map(({ key }) => key));
  return Promise.all(
    entries.map(async ({ key, value }) => {
      const sha256 = /^weft-blob:([0-9a-f]{64})$/.exec(value.resource)?.[1];
      if (sha256 === undefined) {
        throw new WeftError(
          'RM_BAD_SUBMISSION',
          `The local resource "${key}" names ${value.resource}; only uploaded files (weft-blob:<sha256>) can be used.`,
        );
      }
      if (value.type !== undefined && value.type !== 'FILE') {
        throw new WeftError(
          'RM_BAD_SUBMISSION',
          `The local resource "${key}" is a ${value.type}; only FILE is supported.`,
        );
      }
      const sizeBytes = await checks.stagedSize(sha256);
      if (sizeBytes === undefined || (value.size !== undefined && value.size !== sizeBytes)) {
        const found = sizeBytes === undefined ? 'it was not uploaded' : `it has ${sizeBytes} bytes, not ${value.size}`;
        throw new WeftError(
          'RM_RESOURCE_NOT_STAGED',
          `The local resource "${key}" (${sha256}) cannot be used: ${found}.`,
          {
            subject: key,
          },
        );
      }
      return { path: key, sha256, sizeBytes, ...(value.executable === true ? { executable: true } : {}) };
    }),
  );
}
