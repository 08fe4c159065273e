import { instantiate } from '../../common/code-template.js';
import { MergingWindowAssigner } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { WindowSettings } from '../../graph/window-spec.js';
import { identifier } from '../key-identity.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { addToKey } from './add-to-key.js';
import { EntryStates } from './entry-states.js';
import { KeyedWindows } from './keyed-windows.js';
import { LateRecords } from './late-records.js';
import type { WindowBody } from './window-body.js';
import { evictedContent, valueContent } from './window-content.js';

/**
 * Windows that are kept by key.
 * @param keys of each input
 * @returns what takes the records of each input
 */
export function keyedWindowCode(
  { assigner, trigger, evictor, allowedLatenessMs }: WindowSettings,
  body: WindowBody,
  keys: readonly KeyFunction[],
  operator: OperatorContext,
): Next[] {
  const backend = operator.states.keyed();
  const merging = assigner instanceof MergingWindowAssigner ? assigner : undefined;
  const holder: { windows?: KeyedWindows } = {};
  const watermark = (): number => holder.windows?.timers.currentWatermark ?? NaN;
  const states = new EntryStates(backend, merging !== undefined);
  const { emit, clear } = body.outputs(states, watermark);
  const context = {
    getCurrentProcessingTime: () => operator.task.clock.nowMs(),
    getCurrentWatermark: watermark,
  };
  const windows = new KeyedWindows({
    ...{ assigner, merging, operator, backend, states, clear },
    trigger: trigger ?? assigner.getDefaultTrigger(),
    latenessMs: assigner.isEventTime() ? allowedLatenessMs : 0,
    content:
      evictor === undefined ? valueContent(body, emit, operator) : evictedContent(evictor, context, body.evicted, emit),
    late: new LateRecords(operator, body.lateTag),
  });
  holder.windows = windows;
  operator.eventTime.onAdvance((watermarkMs) => windows.advance(watermarkMs));
  operator.planForKeys(windows.timers, () => windows.timers.endKey());
  return keys.map((key) => instantiate(addToKey)(windows, key, identifier(operator), backend, operator));
}
