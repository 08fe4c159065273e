/** All interceptions that the client's run and the runs in slot threads have in common. */
import { interceptClocks } from './intercept-clocks.js';
import { interceptEnvironment } from './intercept-environment.js';
import { interceptRandoms } from './intercept-randoms.js';
import { Patches } from './patches.js';
import type { Readings } from './readings.js';

export function interceptContext(readings: Readings, active: () => boolean): Patches {
  const patches = new Patches();
  interceptClocks(patches, readings, active);
  interceptRandoms(patches, readings, active);
  interceptEnvironment(patches, readings, active);
  return patches;
}
