/** Asks of AppMasters, before the Scheduler hears of them: what can never be had is refused, with nothing changed. */
import { WeftError } from '../../runtime/common/errors/index.js';
import type { ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import type { NodeLabels } from '../nodes/node-labels.js';
import { describe, type Scheduler } from '../scheduler/index.js';
import type { ApplicationRecord } from './application.js';

/** More containers than any cluster runs: whoever asks for more has counted wrong. */
const MAX_CONTAINERS = 1_000_000;

/**
 * @returns the asks, each with the label that holds for it if there is one
 * @throws RM_ASK_TOO_MANY, RM_ASK_TOO_LARGE with numbers, RM_NODE_LABELS
 */
export function checkAsks(
  { id, submission }: ApplicationRecord,
  asks: readonly ResourceRequest[],
  scheduler: Scheduler,
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
      const refusal = scheduler.tooLarge(resource);
      if (refusal !== undefined) {
        const message = `${id} asks for a container of ${describe(resource)}: ${refusal.message}`;
        throw new WeftError('RM_ASK_TOO_LARGE', message, { subject: id });
      }
      const reason = labels.refusal(label ?? '');
      if (reason !== undefined) throw new WeftError('RM_NODE_LABELS', `${id}: ${reason}.`, { subject: id });
    }
    return label === undefined ? ask : { ...ask, label };
  });
}
