/** Which queue a submission goes to when it names none: `queue-mappings`, and the newer rules in JSON. */
import type { PropertyReader } from '../../property-reader.js';
import { PREFIX } from './queue-config.js';

/** `u:alice:root.a`, `g:ops:ops`, `u:%user:%primary_group` … */
export interface PlacementRule {
  /** Who it holds for: a user, a group, an application by its name; `*` or `%user` = everybody. */
  readonly type: 'user' | 'group' | 'application';
  readonly matches: string;
  /** The queue, with `%user`, `%primary_group`, `%secondary_group`, `%application`, `%specified`, `%default` in it. */
  readonly queue: string;
  /** Whether the queue is made if it can be made. */
  readonly create: boolean;
  /** What happens when the queue does not exist. */
  readonly fallback: 'skip' | 'reject' | 'placeDefault';
  readonly origin: string;
}

export interface PlacementConfig {
  readonly rules: readonly PlacementRule[];
  /** Whether rules win over a queue that the submission names. */
  readonly override: boolean;
}

const TYPES = { u: 'user', g: 'group', a: 'application' } as const;

/** @throws RM_BAD_QUEUES with file, line and reason */
export function readPlacement(reader: PropertyReader): PlacementConfig {
  const override = reader.flag(`${PREFIX}queue-mappings-override.enable`, false);
  const format = reader.choice(`${PREFIX}mapping-rule-format`, ['legacy', 'json'], 'legacy');
  const ofApplications = (reader.list(`${PREFIX}app-name-mappings`) ?? []).map((text) => `a:${text}`);
  if (format === 'json') return { rules: readJsonRules(reader), override };
  const key = `${PREFIX}queue-mappings`;
  const rules = [...(reader.list(key) ?? []), ...ofApplications].map((text): PlacementRule => {
    const parts = text.split(':').map((part) => part.trim());
    const [kind = '', matches = '', queue = ''] = parts;
    const isBad = parts.length !== 3 || !Object.hasOwn(TYPES, kind) || matches === '' || queue === '';
    if (isBad) throw reader.error(key, `"${text}" is not a mapping such as u:alice:root.a or g:ops:ops.`);
    const type = TYPES[kind as keyof typeof TYPES];
    return { type, matches, queue, create: true, fallback: 'skip', origin: reader.originOf(key) };
  });
  return { rules, override };
}

interface JsonRule {
  type?: unknown;
  matches?: unknown;
  policy?: unknown;
  parentQueue?: unknown;
  value?: unknown;
  customPlacement?: unknown;
  create?: unknown;
  fallbackResult?: unknown;
}

const POLICIES: Readonly<Record<string, string>> = {
  specified: '%specified',
  reject: '%reject',
  defaultQueue: '%default',
  user: '%user',
  primaryGroup: '%primary_group',
  secondaryGroup: '%secondary_group',
  primaryGroupUser: '%primary_group.%user',
  secondaryGroupUser: '%secondary_group.%user',
  applicationName: '%application',
  setDefaultQueue: '%default',
};

function readJsonRules(reader: PropertyReader): PlacementRule[] {
  const key = `${PREFIX}mapping-rule-json`;
  const text = reader.text(key);
  if (text === undefined) throw reader.error(key, 'mapping-rule-format is json, and there are no rules.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw reader.error(key, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const rules = (parsed as { rules?: unknown } | null)?.rules;
  if (!Array.isArray(rules)) throw reader.error(key, 'it has no list "rules".');
  return (rules as JsonRule[]).map((rule, index) => readJsonRule(reader, key, rule, index));
}

function readJsonRule(reader: PropertyReader, key: string, rule: JsonRule, index: number): PlacementRule {
  const bad = (reason: string): Error => reader.error(key, `rule ${index + 1}: ${reason}`);
  const { type, matches, policy, parentQueue, fallbackResult = 'skip' } = rule;
  if (type !== 'user' && type !== 'group' && type !== 'application')
    throw bad('its type is not user, group or application.');
  if (typeof matches !== 'string') throw bad('it has no "matches".');
  if (typeof policy !== 'string') throw bad('it has no "policy".');
  if (fallbackResult !== 'skip' && fallbackResult !== 'reject' && fallbackResult !== 'placeDefault') {
    throw bad('its fallbackResult is not skip, placeDefault or reject.');
  }
  const custom = typeof rule.customPlacement === 'string' ? rule.customPlacement : rule.value;
  const known = policy === 'custom' ? custom : POLICIES[policy];
  if (typeof known !== 'string') throw bad(`there is no policy "${policy}", or it lacks its customPlacement.`);
  const queue = typeof parentQueue === 'string' && parentQueue !== '' ? `${parentQueue}.${known}` : known;
  return { type, matches, queue, create: rule.create === true, fallback: fallbackResult, origin: reader.originOf(key) };
}
