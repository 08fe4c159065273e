import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeManagerOptions } from '../../runtime/common/config/options/node-manager.js';
import type { YarnConfiguration } from '../../runtime/common/config/yarn-site.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { ControlGroups, cgroupMount, type ControlGroupsOptions } from './control-groups.js';

/** The control groups of a node, if it is to have any and may. Their folder is no other node's of this machine. */
export function openControlGroups(
  home: WeftHome,
  index: number,
  site: YarnConfiguration,
  { clock, log }: Pick<ControlGroupsOptions, 'clock' | 'log'>,
): ControlGroups | undefined {
  if (!site.get(nodeManagerOptions.controlGroups)) return undefined;
  const mount = site.get(nodeManagerOptions.controlGroupMount) ?? cgroupMount(mountInfo());
  if (mount === undefined) return undefined;
  const ofHome = createHash('sha256').update(home.path).digest('hex').slice(0, 8);
  const hierarchy = site.get(nodeManagerOptions.controlGroupHierarchy);
  return ControlGroups.open({ folder: join(mount, hierarchy, `nodemanager-${index}-${ofHome}`), mount, clock, log });
}

/** Empty where there is no /proc. */
function mountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
