/** What `fair-scheduler.xml` says of one queue. */
import type { XmlElement } from '../../../../runtime/common/config/xml-tree.js';
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { AccessList } from '../../../../runtime/common/security/access-list.js';
import { NOTHING, UNLIMITED, equals, exceeding } from '../../resources.js';
import { POLICIES, type SharingPolicy } from '../sharing/sharing-policy.js';
import type { ElementReader } from './element-reader.js';
import type { ResourceValue } from './resource-value.js';

export interface QueueConfig {
  readonly path: string;
  readonly isLeaf: boolean;
  readonly weight: number;
  readonly minShare: ResourceValue;
  readonly maxShare: ResourceValue;
  /** Of each queue below that is made when it is needed. */
  readonly maxChildShare: ResourceValue | undefined;
  readonly maxRunningApps: number;
  /** Share of the queue that AppMasters may have; −1 = all. */
  readonly maxAmShare: number;
  readonly policy: SharingPolicy;
  /** Largest container; undefined where the queue above decides. */
  readonly maxContainer: Resource | undefined;
  /** Undefined where the queue above decides. */
  readonly minShareTimeoutMs: number | undefined;
  readonly fairShareTimeoutMs: number | undefined;
  readonly fairShareThreshold: number | undefined;
  readonly allowsPreemption: boolean;
  readonly submitAcl: AccessList;
  readonly administerAcl: AccessList;
}

/** What holds for queues that say nothing themselves. */
export interface QueueDefaults {
  maxShare: ResourceValue;
  maxRunningApps: number;
  maxAmShare: number;
  policy: SharingPolicy;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Setter = (config: Writable<QueueConfig>, element: XmlElement, reader: ElementReader) => void;

/** Elements of a queue, by name. */
const SETTERS: Readonly<Record<string, Setter>> = {
  minResources: (config, element, reader) => (config.minShare = reader.resource(element)),
  maxResources: (config, element, reader) => (config.maxShare = reader.resource(element)),
  maxChildResources: (config, element, reader) => (config.maxChildShare = reader.resource(element)),
  maxContainerAllocation: (config, element, reader) => (config.maxContainer = amountOf(element, reader)),
  maxRunningApps: (config, element, reader) => (config.maxRunningApps = reader.integer(element)),
  maxAMShare: (config, element, reader) => (config.maxAmShare = amShareOf(element, reader)),
  weight: (config, element, reader) => (config.weight = reader.number(element, 0)),
  minSharePreemptionTimeout: (config, element, reader) => (config.minShareTimeoutMs = reader.seconds(element)),
  fairSharePreemptionTimeout: (config, element, reader) => (config.fairShareTimeoutMs = reader.seconds(element)),
  fairSharePreemptionThreshold: (config, element, reader) => (config.fairShareThreshold = thresholdOf(element, reader)),
  schedulingPolicy: (config, element, reader) => (config.policy = policyOf(element, reader)),
  schedulingMode: (config, element, reader) => (config.policy = policyOf(element, reader)),
  aclSubmitApps: (config, element) => (config.submitAcl = AccessList.parse(element.text)),
  aclAdministerApps: (config, element) => (config.administerAcl = AccessList.parse(element.text)),
  allowPreemptionFrom: (config, element, reader) => (config.allowsPreemption = reader.flag(element)),
};
const QUEUE_TAGS = ['queue', 'pool'];
export const QUEUE_ELEMENTS = [...Object.keys(SETTERS), ...QUEUE_TAGS];

/** A queue that the file does not name. */
export function unnamedQueue(path: string, isLeaf: boolean, defaults: QueueDefaults): QueueConfig {
  const acl = path === 'root' ? AccessList.EVERYBODY : AccessList.NOBODY;
  return {
    ...{ path, isLeaf, weight: 1, minShare: () => NOTHING, maxChildShare: undefined, maxContainer: undefined },
    ...{ minShareTimeoutMs: undefined, fairShareTimeoutMs: undefined, fairShareThreshold: undefined },
    ...{ allowsPreemption: true, submitAcl: acl, administerAcl: acl, ...defaults },
  };
}

/**
 * The queue of the element and all below it, each before those below.
 * @throws RM_BAD_QUEUES with file, line and reason
 */
export function readQueue(
  element: XmlElement,
  parent: string | undefined,
  defaults: QueueDefaults,
  reader: ElementReader,
): QueueConfig[] {
  const name = element.attributes['name']?.trim() ?? '';
  if (name === '') throw reader.error(element, 'the queue has no name.');
  if (name.includes('.'))
    throw reader.error(element, `the name "${name}" has a dot in it: put queues into each other.`);
  const path = parent === undefined ? name.toLowerCase() : `${parent}.${name}`;
  const below = element.children.filter((child) => isQueue(child));
  const isLeaf = path !== 'root' && below.length === 0 && element.attributes['type'] !== 'parent';
  const config: Writable<QueueConfig> = unnamedQueue(path, isLeaf, defaults);
  for (const child of element.children) {
    if (isQueue(child)) continue;
    const set = Object.hasOwn(SETTERS, child.name) ? SETTERS[child.name] : undefined;
    if (child.name === 'reservation') reader.warn(child, '<reservation> has no effect: there are no planned queues.');
    else if (set === undefined) reader.unknown(child, QUEUE_ELEMENTS);
    else set(config, child, reader);
  }
  if (exceeding(config.minShare(UNLIMITED), config.maxShare(UNLIMITED)).length > 0) {
    reader.warn(element, `${path} has minResources above its maxResources: the minimum holds.`);
  }
  return [config, ...below.flatMap((child) => readQueue(child, path, defaults, reader))];
}

export function isQueue({ name }: XmlElement): boolean {
  return QUEUE_TAGS.includes(name);
}

export function policyOf(element: XmlElement, reader: ElementReader): SharingPolicy {
  const text = element.text.trim();
  // Hadoop takes its classes too, with and without their package.
  const name = text.slice(text.lastIndexOf('.') + 1).toLowerCase();
  const found = POLICIES.find((policy) => policy.name === name || policy.hadoopClass.toLowerCase() === name);
  if (found === undefined) {
    throw reader.error(element, `"${text}" is none of ${POLICIES.map((policy) => policy.name).join(', ')}.`);
  }
  return found;
}

export function amShareOf(element: XmlElement, reader: ElementReader): number {
  const value = reader.number(element, -1);
  if (value < 0 && value !== -1) throw reader.error(element, `${value} is neither a share from 0 to 1 nor -1.`);
  return Math.fround(Math.min(value, 1));
}

/** @returns undefined, with a warning, for a percentage: Hadoop takes none here either */
function amountOf(element: XmlElement, reader: ElementReader): Resource | undefined {
  const value = reader.resource(element);
  if (equals(value(NOTHING), value(UNLIMITED))) return value(NOTHING);
  reader.warn(element, `<${element.name}> has no effect: it takes amounts, not percentages.`);
  return undefined;
}

export function thresholdOf(element: XmlElement, reader: ElementReader): number {
  return Math.fround(Math.max(0, Math.min(1, reader.number(element))));
}
