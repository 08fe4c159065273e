/** Which queue a submission goes to: the rules of `queuePlacementPolicy`, in order. */
import type { Admission } from '../scheduler.js';
import type { Refusal } from '../refusals.js';
import { withRoot, type PlacementRule } from './config/placement-config.js';
import type { QueueRegistry } from './queue-registry.js';

/** The path of the queue, which may have to be made; or why the submission is rejected. */
export function placeByRules(
  admission: Admission,
  rules: readonly PlacementRule[],
  queues: QueueRegistry,
): { queue: string } | { refusal: Refusal } {
  const refuse = (message: string): { refusal: Refusal } => ({ refusal: { gate: 'placement', message } });
  for (const rule of rules) {
    if (rule.kind === 'reject') {
      return refuse(`The reject rule (${rule.origin}) takes submissions of ${admission.user} to ${admission.queue}.`);
    }
    const queue = applyRule(rule, admission, queues);
    if (queue !== undefined) return { queue };
  }
  return refuse(`No placement rule finds a queue for ${admission.user} and ${admission.queue}.`);
}

function applyRule(rule: PlacementRule, admission: Admission, queues: QueueRegistry): string | undefined {
  const found = candidates(rule, admission, queues);
  const mayCreate = rule.create && rule.kind !== 'secondaryGroupExistingQueue';
  return found.find((path) => mayCreate || queues.isConfigured(path));
}

function candidates(rule: PlacementRule, admission: Admission, queues: QueueRegistry): string[] {
  const { user, groups = [], queue } = admission;
  const below = (names: readonly string[]): string[] => pathsBelow(rule, names, admission, queues);
  switch (rule.kind) {
    case 'specified':
      return queue === 'default' || queue.trim() === '' ? [] : [withRoot(queue.trim())];
    case 'user':
    case 'nestedUserQueue':
      return below([user]);
    case 'primaryGroup':
      return below(groups.slice(0, 1));
    case 'secondaryGroupExistingQueue':
      // Hadoop's rule looks at the primary group too, whatever its name says.
      return below(groups);
    case 'default':
      return [rule.queue];
    case 'reject':
      return [];
  }
}

/** Below the queue that the rule inside finds, if that can have queues below it; else below the root. */
function pathsBelow(
  { parent }: PlacementRule,
  names: readonly string[],
  admission: Admission,
  queues: QueueRegistry,
): string[] {
  const above = parent === undefined ? 'root' : applyRule(parent, admission, queues);
  if (above === undefined || queues.leaf(above) !== undefined) return [];
  return names.map((name) => `${above}.${clean(name)}`);
}

/** A dot would make one more level. */
function clean(name: string): string {
  return name.trim().replaceAll('.', '_dot_');
}
