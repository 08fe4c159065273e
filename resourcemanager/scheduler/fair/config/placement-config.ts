/** `<queuePlacementPolicy>`: the rules by which a submission finds its queue, in order. */
import type { XmlElement } from '../../../../runtime/common/config/xml-tree.js';
import type { ElementReader } from './element-reader.js';

const KINDS = [
  'specified',
  'user',
  'primaryGroup',
  'secondaryGroupExistingQueue',
  'nestedUserQueue',
  'default',
  'reject',
] as const;

export interface PlacementRule {
  readonly kind: (typeof KINDS)[number];
  /** Whether a queue that is not there is made. @default true */
  readonly create: boolean;
  /** Of a `default` rule. */
  readonly queue: string;
  /** The rule that finds the queue above: of `nestedUserQueue`, and where a rule stands in another. */
  readonly parent: PlacementRule | undefined;
  /** `file:line` */
  readonly origin: string;
}

/** The rules that hold where the file has none. */
export function builtInRules(userAsDefaultQueue: boolean, allowUndeclared: boolean): PlacementRule[] {
  const rule = (kind: PlacementRule['kind'], create: boolean): PlacementRule => ({
    ...{ kind, create, queue: 'root.default', parent: undefined, origin: 'the rules that hold without a file' },
  });
  const rules = [rule('specified', allowUndeclared)];
  if (userAsDefaultQueue) rules.push(rule('user', allowUndeclared));
  if (!userAsDefaultQueue || !allowUndeclared) rules.push(rule('default', true));
  return rules;
}

/** @throws RM_BAD_QUEUES where a submission could pass all rules, or a rule can never be reached */
export function readPlacementRules(policy: XmlElement, reader: ElementReader, path: string): PlacementRule[] {
  const elements = policy.children.filter((child) => child.name === 'rule');
  for (const child of policy.children) if (child.name !== 'rule') reader.unknown(child, ['rule']);
  const rules = elements.map((element) => readRule(element, reader, path));
  const decided = rules.findIndex((rule) => isTerminal(rule));
  const after = elements[decided + 1];
  if (decided === -1)
    throw reader.error(policy, 'a submission could pass all rules: end with a default or reject rule.');
  if (after !== undefined) throw reader.error(after, 'the rule before it decides always, so that it is never reached.');
  return rules;
}

function readRule(element: XmlElement, reader: ElementReader, path: string): PlacementRule {
  const { name = '', create = 'true', queue } = element.attributes;
  const kind = KINDS.find((each) => each.toLowerCase() === name.trim().toLowerCase());
  if (kind === undefined) throw reader.error(element, `"${name}" is no rule: there is ${KINDS.join(', ')}.`);
  const nested = element.children.find((child) => child.name === 'rule');
  if (kind === 'nestedUserQueue' && nested === undefined) {
    throw reader.error(element, 'nestedUserQueue needs a rule in it that finds the queue above.');
  }
  const parent = nested === undefined ? undefined : readRule(nested, reader, path);
  if (parent?.kind === 'reject') throw reader.error(element, 'the rule in it finds no queue.');
  return {
    ...{ kind, create: create.trim().toLowerCase() !== 'false', parent, origin: `${path}:${element.line}` },
    queue: withRoot(queue?.trim() ?? 'root.default'),
  };
}

/** Whether it decides in every case. */
function isTerminal(rule: PlacementRule): boolean {
  switch (rule.kind) {
    case 'reject':
      return true;
    case 'specified':
    case 'secondaryGroupExistingQueue':
      return false;
    default:
      return rule.create && (rule.parent === undefined || isTerminal(rule.parent));
  }
}

/** The path of a queue that may be named without its beginning. */
export function withRoot(name: string): string {
  return name === 'root' || name.startsWith('root.') ? name : `root.${name}`;
}
