/** Which queue a submission goes to: the rules of `queue-mappings`, in order; then the queue that it names. */
import type { Admission } from '../scheduler.js';
import type { Refusal } from '../refusals.js';
import type { PlacementConfig, PlacementRule } from './config/placement-config.js';
import type { QueueRegistry } from './queue-registry.js';

const DEFAULT = 'default';

/**
 * @returns the path of the queue; a refusal where a rule rejects; undefined where no rule decides, so that the named
 * queue holds
 */
export function placeByRules(
  admission: Admission,
  { rules, override }: PlacementConfig,
  queues: QueueRegistry,
): { queue: string } | { refusal: Refusal } | undefined {
  const isNamed = admission.queue !== DEFAULT && admission.queue !== `root.${DEFAULT}`;
  if (isNamed && !override) return undefined;
  for (const rule of rules) {
    const placed = applyRule(rule, admission, queues);
    if (placed !== undefined) return placed;
  }
  return undefined;
}

function applyRule(
  rule: PlacementRule,
  admission: Admission,
  queues: QueueRegistry,
): { queue: string } | { refusal: Refusal } | undefined {
  if (!holdsFor(rule, admission)) return undefined;
  if (rule.queue === '%reject') return { refusal: rejection(rule, admission) };
  const name = fillIn(rule, admission, queues);
  const queue = name === undefined ? undefined : (queues.resolve(name) ?? queues.creatable(name, rule.create));
  if (queue !== undefined) return { queue };
  switch (rule.fallback) {
    case 'skip':
      return undefined;
    case 'placeDefault':
      return { queue: queues.resolve(DEFAULT) ?? DEFAULT };
    case 'reject':
      return { refusal: rejection(rule, admission) };
  }
}

function rejection({ origin, matches }: PlacementRule, { user, queue }: Admission): Refusal {
  return {
    gate: 'placement',
    message: `The rule for ${matches} (${origin}) rejects submissions of ${user} to ${queue}.`,
  };
}

function holdsFor({ type, matches }: PlacementRule, { user, groups = [], applicationName }: Admission): boolean {
  switch (type) {
    case 'user':
      return matches === '*' || matches === '%user' || matches === user;
    case 'group':
      return matches === '*' ? groups.length > 0 : groups.includes(matches);
    case 'application':
      return matches === '*' || matches === '%application' || matches === applicationName;
  }
}

/** The queue's name with the user's words in it; undefined where one is missing. Dots in names would make more levels. */
function fillIn(rule: PlacementRule, admission: Admission, queues: QueueRegistry): string | undefined {
  const { user, groups = [], queue, applicationName } = admission;
  const parent = rule.queue.split('.%secondary_group')[0] ?? '';
  const secondary = groups.slice(1).find((group) => {
    const path = rule.queue.startsWith('%') ? group : `${parent}.${clean(group)}`;
    return queues.resolve(path) !== undefined || queues.isParent(path);
  });
  const words: Readonly<Record<string, string | undefined>> = {
    '%user': clean(user),
    '%primary_group': groups[0] === undefined ? undefined : clean(groups[0]),
    '%secondary_group': secondary === undefined ? undefined : clean(secondary),
    '%application': applicationName === undefined ? undefined : clean(applicationName),
    '%specified': queue,
    '%default': DEFAULT,
  };
  let isComplete = true;
  const name = rule.queue.replace(/%[a-z_]+/g, (word) => {
    const value = words[word];
    if (value === undefined) isComplete = false;
    return value ?? '';
  });
  return isComplete ? name : undefined;
}

function clean(name: string): string {
  return name.trim().replaceAll('.', '_dot_');
}
