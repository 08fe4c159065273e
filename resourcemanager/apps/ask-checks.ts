/** Asks of AppMasters, before the Scheduler hears of them: what can never be had is refused, with nothing changed. */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ResourceType } from '../../runtime/common/config/resource-types.js';
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import type { NodeLabels } from '../nodes/node-labels.js';
import { describe, type Scheduler } from '../scheduler/index.js';
import type { ApplicationRecord } from './application.js';

/** More containers than any cluster runs: whoever asks for more has counted wrong. */
const MAX_CONTAINERS = 1_000_000;

/** Why no container can have so much, or such resource types. @throws RM_UNKNOWN_RESOURCE_TYPE, RM_ASK_TOO_LARGE with numbers */
export function checkSize(
  who: string,
  size: Resource,
  scheduler: Scheduler,
  types: ReadonlyMap<string, ResourceType>,
): void {
  for (const [name, amount] of Object.entries(size.others ?? {})) {
    const type = types.get(name);
    if (type === undefined) {
      const known = types.size === 0 ? 'memory and vcores only' : `memory, vcores, ${[...types.keys()].join(', ')}`;
      const message = `${who} asks for ${amount} of ${name}; there is ${known}.`;
      throw new WeftError('RM_UNKNOWN_RESOURCE_TYPE', message, { subject: name });
    }
    if (amount <= type.maximum) continue;
    throw tooLarge(who, size, `${amount} of ${name} are more than its maximum-allocation (${type.maximum}).`);
  }
  const refusal = scheduler.tooLarge(size);
  if (refusal !== undefined) throw tooLarge(who, size, refusal.message);
}

/** Whether the queue can have such containers at all. @throws RM_ASK_TOO_LARGE with numbers, RM_NODE_LABELS */
export function checkQueueLimits(
  who: string,
  queue: string,
  size: Resource,
  label: string,
  scheduler: Scheduler,
): void {
  const refusal = scheduler.askRefusal(queue, size, label);
  if (refusal === undefined) return;
  if (refusal.gate === 'label') throw new WeftError('RM_NODE_LABELS', `${who}: ${refusal.message}`, { subject: who });
  throw tooLarge(who, size, refusal.message);
}

function tooLarge(who: string, size: Resource, reason: string): WeftError {
  const message = `${who} asks for a container of ${describe(size)}: ${reason}`;
  return new WeftError('RM_ASK_TOO_LARGE', message, { subject: who });
}

/**
 * @returns the asks, each with the label that holds for it if there is one
 * @throws RM_ASK_TOO_MANY, RM_UNKNOWN_RESOURCE_TYPE, RM_ASK_TOO_LARGE with numbers, RM_NODE_LABELS
 */
export function checkAsks(
  { id, submission }: ApplicationRecord,
  asks: readonly ResourceRequest[],
  scheduler: Scheduler,
  types: ReadonlyMap<string, ResourceType>,
  labels: Pick<NodeLabels, 'refusal'>,
): ResourceRequest[] {
  return asks.map((ask) => {
    const { numContainers, resource } = ask;
    if (numContainers > MAX_CONTAINERS) {
      const message = `${id} asks for ${numContainers} containers at once; ${MAX_CONTAINERS} are the limit.`;
      throw new WeftError('RM_ASK_TOO_MANY', message, { subject: id });
    }
    const label = ask.label ?? submission.label;
    if (numContainers > 0) {
      checkSize(id, resource, scheduler, types);
      const reason = labels.refusal(label ?? '');
      if (reason !== undefined) throw new WeftError('RM_NODE_LABELS', `${id}: ${reason}.`, { subject: id });
      checkQueueLimits(id, submission.queue, resource, label ?? '', scheduler);
    }
    return label === undefined ? ask : { ...ask, label };
  });
}
