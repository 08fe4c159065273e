/** `fair-scheduler.xml`: queues, limits of users, defaults and placement rules, read whole or refused. */
import { parseXmlTree, type XmlElement } from '../../../../runtime/common/config/xml-tree.js';
import { absolute } from './resource-value.js';
import { UNLIMITED } from '../../resources.js';
import type { PolicyFiles } from '../../policy-files.js';
import { DEFAULT_POLICY } from '../sharing/sharing-policy.js';
import { ElementReader } from './element-reader.js';
import { builtInRules, readPlacementRules, type PlacementRule } from './placement-config.js';
import {
  amShareOf,
  isQueue,
  policyOf,
  readQueue,
  thresholdOf,
  unnamedQueue,
  type QueueConfig,
  type QueueDefaults,
} from './queue-config.js';

export interface AllocationConfig {
  /** In the order of the file; `root` is the first. */
  readonly queues: ReadonlyMap<string, QueueConfig>;
  readonly defaults: QueueDefaults;
  readonly maxRunningAppsOfUsers: ReadonlyMap<string, number>;
  readonly maxRunningAppsPerUser: number;
  readonly rules: readonly PlacementRule[];
  readonly warnings: readonly string[];
  readonly isFromFile: boolean;
}

interface Draft {
  defaults: QueueDefaults;
  maxRunningAppsPerUser: number;
  minShareTimeoutMs: number;
  fairShareTimeoutMs: number;
  fairShareThreshold: number;
  rules: PlacementRule[] | undefined;
}

type Setter = (draft: Draft, element: XmlElement, reader: ElementReader, path: string) => void;

const SETTERS: Readonly<Record<string, Setter>> = {
  userMaxAppsDefault: (draft, element, reader) => (draft.maxRunningAppsPerUser = reader.integer(element)),
  queueMaxAppsDefault: (draft, element, reader) => (draft.defaults.maxRunningApps = reader.integer(element)),
  queueMaxResourcesDefault: (draft, element, reader) => (draft.defaults.maxShare = reader.resource(element)),
  queueMaxAMShareDefault: (draft, element, reader) => (draft.defaults.maxAmShare = amShareOf(element, reader)),
  defaultQueueSchedulingPolicy: (draft, element, reader) => (draft.defaults.policy = policyOf(element, reader)),
  defaultQueueSchedulingMode: (draft, element, reader) => (draft.defaults.policy = policyOf(element, reader)),
  defaultMinSharePreemptionTimeout: (draft, element, reader) => (draft.minShareTimeoutMs = reader.seconds(element)),
  defaultFairSharePreemptionTimeout: (draft, element, reader) => (draft.fairShareTimeoutMs = reader.seconds(element)),
  fairSharePreemptionTimeout: (draft, element, reader) => (draft.fairShareTimeoutMs = reader.seconds(element)),
  defaultFairSharePreemptionThreshold: (draft, element, reader) =>
    (draft.fairShareThreshold = thresholdOf(element, reader)),
  queuePlacementPolicy: (draft, element, reader, path) => (draft.rules = readPlacementRules(element, reader, path)),
};
const KNOWN = [...Object.keys(SETTERS), 'queue', 'pool', 'user'];

/**
 * @param flags `yarn.scheduler.fair.user-as-default-queue` and `…allow-undeclared-pools`
 * @throws RM_BAD_QUEUES, CONFIG_BAD_FILE with file, line and reason
 */
export function readAllocations(
  file: PolicyFiles['allocations'],
  flags: { userAsDefaultQueue: boolean; allowUndeclared: boolean },
): AllocationConfig {
  const { text, path } = file ?? { text: '<allocations/>', path: 'fair-scheduler.xml' };
  const reader = new ElementReader(path);
  const document = parseXmlTree(text, path);
  if (document.name !== 'allocations') throw reader.error(document, 'the root element is not <allocations>.');
  const draft: Draft = {
    defaults: {
      ...{ maxShare: absolute(UNLIMITED), maxRunningApps: UNLIMITED.vcores, maxAmShare: 0.5, policy: DEFAULT_POLICY },
    },
    maxRunningAppsPerUser: UNLIMITED.vcores,
    minShareTimeoutMs: Number.POSITIVE_INFINITY,
    fairShareTimeoutMs: Number.POSITIVE_INFINITY,
    fairShareThreshold: 0.5,
    rules: undefined,
  };
  const ofUsers = new Map<string, number>();
  for (const element of document.children) {
    if (isQueue(element)) continue;
    const set = Object.hasOwn(SETTERS, element.name) ? SETTERS[element.name] : undefined;
    if (element.name === 'user') readUser(element, reader, ofUsers);
    else if (set === undefined) reader.unknown(element, KNOWN);
    else set(draft, element, reader, path);
  }
  return {
    queues: readQueues(document, draft, reader),
    defaults: draft.defaults,
    maxRunningAppsOfUsers: ofUsers,
    maxRunningAppsPerUser: draft.maxRunningAppsPerUser,
    rules: draft.rules ?? builtInRules(flags.userAsDefaultQueue, flags.allowUndeclared),
    warnings: reader.warnings,
    isFromFile: file !== undefined,
  };
}

function readUser(element: XmlElement, reader: ElementReader, ofUsers: Map<string, number>): void {
  const name = element.attributes['name']?.trim() ?? '';
  if (name === '') throw reader.error(element, 'the user has no name.');
  for (const child of element.children) {
    if (child.name === 'maxRunningApps') ofUsers.set(name, reader.integer(child));
    else reader.unknown(child, ['maxRunningApps']);
  }
}

function readQueues(document: XmlElement, draft: Draft, reader: ElementReader): Map<string, QueueConfig> {
  const elements = document.children.filter((element) => isQueue(element));
  const isRoot = ({ attributes }: XmlElement): boolean => attributes['name']?.trim().toLowerCase() === 'root';
  const root = elements.find((element) => isRoot(element));
  const beside = elements.find((element) => !isRoot(element));
  if (root !== undefined && beside !== undefined) {
    throw reader.error(beside, 'where the root queue is written, all other queues stand in it.');
  }
  const read =
    root === undefined
      ? elements.flatMap((element) => readQueue(element, 'root', draft.defaults, reader))
      : elements.flatMap((element) => readQueue(element, undefined, draft.defaults, reader));
  const queues = new Map<string, QueueConfig>();
  const rootConfig = root === undefined ? unnamedQueue('root', false, draft.defaults) : read.shift();
  if (rootConfig === undefined) return queues;
  queues.set('root', {
    ...rootConfig,
    minShareTimeoutMs: rootConfig.minShareTimeoutMs ?? draft.minShareTimeoutMs,
    fairShareTimeoutMs: rootConfig.fairShareTimeoutMs ?? draft.fairShareTimeoutMs,
    fairShareThreshold: rootConfig.fairShareThreshold ?? draft.fairShareThreshold,
  });
  for (const config of read) {
    if (queues.has(config.path)) throw reader.error(document, `the queue ${config.path} is there twice.`);
    if (isCompatible(config, queues, reader, document)) queues.set(config.path, config);
  }
  return queues;
}

/** As in Hadoop a queue whose policy the one above does not bear is left out; here that is told. */
function isCompatible(
  config: QueueConfig,
  queues: ReadonlyMap<string, QueueConfig>,
  reader: ElementReader,
  document: XmlElement,
): boolean {
  const parent = queues.get(config.path.slice(0, config.path.lastIndexOf('.')));
  if (parent?.policy.allowsChild(config.policy) === true) return true;
  const why =
    parent === undefined
      ? 'the queue above it is left out'
      : `its policy ${config.policy.name} cannot stand below ${parent.policy.name} of ${parent.path}`;
  reader.warn(lineFor(document, config.path) ?? document, `the queue ${config.path} is left out: ${why}.`);
  return false;
}

function lineFor(document: XmlElement, path: string): XmlElement | undefined {
  let at: XmlElement | undefined = document;
  const names = path
    .split('.')
    .slice(document.children.some(({ attributes }) => attributes['name'] === 'root') ? 0 : 1);
  for (const name of names)
    at = at?.children.find((child) => isQueue(child) && child.attributes['name']?.trim() === name);
  return at;
}
