import type { GlobalWindow } from '../../functions/index.js';
import { checkInteger } from '../checks.js';
import type { Windows } from '../streams/windows.js';
import { CountEvictor } from './evictors/count-evictor.js';
import { CountTrigger } from './triggers/count-trigger.js';
import { PurgingTrigger } from './triggers/purging-trigger.js';

/**
 * Makes global windows count: so many records one after the other, or, with a slide, the latest ones whenever so many have come.
 * @throws API_BAD_ARGUMENT
 */
export function countWindows<T, S extends Windows<T, GlobalWindow>>(
  windows: S & Windows<T, GlobalWindow>,
  size: number,
  slide?: number,
): S {
  checkInteger('The size of a count window', size, 1);
  if (slide === undefined) return windows.trigger(PurgingTrigger.of(CountTrigger.of(size)));
  checkInteger('The slide of a count window', slide, 1);
  return windows.evictor(CountEvictor.of(size)).trigger(CountTrigger.of(slide));
}
