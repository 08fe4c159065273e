import { instantiate } from '../../common/code-template.js';
import type { WindowGridSizes } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { WindowSettings } from '../../graph/window-spec.js';
import type { KeyedStateBackend } from '../../state/index.js';
import { identifier } from '../key-identity.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { addToGrid } from './add-to-grid.js';
import { GridStates } from './grid-states.js';
import { WindowGrid } from './grid.js';
import { GridWindows } from './grid-windows.js';
import { LateRecords } from './late-records.js';
import { OwnContents } from './own-contents.js';
import { SharedSlices } from './shared-slices.js';
import type { WindowBody } from './window-body.js';
import type { GridStore } from './window-store.js';

const TABLE = 'window-contents';

/**
 * Windows that are kept by window.
 * @param keys of each input
 * @returns what takes the records of each input; undefined when overlapping windows cannot share what they hold
 */
export function gridWindowCode(
  { assigner, allowedLatenessMs }: WindowSettings,
  sizes: WindowGridSizes,
  body: WindowBody,
  keys: readonly KeyFunction[],
  operator: OperatorContext,
): Next[] | undefined {
  const backend = operator.states.keyed();
  const grid = new WindowGrid(sizes);
  const identify = identifier(operator);
  const store = storeOf(grid, body, identify, backend);
  if (store === undefined) return undefined;
  const { task } = operator;
  const states = new GridStates(backend);
  const holder: { windows?: GridWindows } = {};
  const eventTime = assigner.isEventTime();
  const windows = new GridWindows({
    ...{ grid, store, eventTime, operator, latenessMs: eventTime ? allowedLatenessMs : 0 },
    ...body.outputs(states, () => holder.windows?.watermarkMs ?? NaN),
    forget: (start) => states.forget(start),
    late: new LateRecords(operator, body.lateTag),
  });
  holder.windows = windows;
  if (eventTime) operator.eventTime.onAdvance((watermarkMs) => windows.advance(watermarkMs));
  else operator.planForKeys(windows.clockDriven, () => windows.endKey());
  const closed = { fromMs: NaN, toMs: NaN, quietUntilMs: NaN, content: undefined };
  return keys.map((key) => {
    const timeOf = eventTime ? instantiate(timestampOf)(task) : instantiate(clockOf)(task.clock);
    return instantiate(addToGrid)(windows, timeOf, key, identify, store.add, closed, operator);
  });
}

function storeOf(
  grid: WindowGrid,
  { values, rows, slots }: WindowBody,
  identify: (key: unknown) => unknown,
  backend: KeyedStateBackend,
): GridStore | undefined {
  const table = backend.table(TABLE);
  if (!grid.overlapping) return new OwnContents(table, backend, grid, values, rows, identify);
  return slots === undefined ? undefined : new SharedSlices(table, grid, slots, identify);
}

/** Template. */
function timestampOf(task: { timestampMs: number }): () => number {
  return () => task.timestampMs;
}

/** Template. */
function clockOf(clock: { nowMs(): number }): () => number {
  return () => clock.nowMs();
}
