/** How the roles of a cluster are started: which file, which flags. */
import { loadYarnSite, resourceManagersOf } from '../../runtime/common/config/index.js';
import { onThisMachine } from '../../runtime/common/config/resourcemanagers.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { CONTROL_PLANE_FLAGS } from '../../runtime/common/process/node-flags.js';
import { packageFile } from '../program/package-root.js';

export type RoleName = 'resourcemanager' | `resourcemanager-${string}` | `nodemanager-${number}`;

export interface RoleCommand {
  readonly name: RoleName;
  readonly command: readonly string[];
}

/** Where a role binds and what it offers; what is left out comes from the configuration. */
export interface RoleFlags {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly memoryMb?: number | undefined;
  readonly vcores?: number | undefined;
  readonly resourceManagerUrl?: string | undefined;
  readonly nodesOnMachine?: number | undefined;
}

/** @param id of one of several that stand by for each other */
export function resourceManagerCommand(home: WeftHome, flags: RoleFlags, id?: string): RoleCommand {
  const options = words({ '--host': flags.host, '--port': flags.port, '--id': id });
  return {
    name: id === undefined ? 'resourcemanager' : `resourcemanager-${id}`,
    command: [...roleProgram('resourcemanager', home), ...options],
  };
}

/** The one ResourceManager of a cluster, or those of several that run on this machine. @throws CONFIG_BAD_VALUE */
export function resourceManagerCommands(home: WeftHome, flags: RoleFlags): RoleCommand[] {
  const named = resourceManagersOf(loadYarnSite(confDirOf(home)));
  if (named.length === 0) return [resourceManagerCommand(home, flags)];
  return onThisMachine(named).map(({ id }) => resourceManagerCommand(home, {}, id));
}

export function nodeManagerCommand(home: WeftHome, index: number, flags: RoleFlags): RoleCommand {
  const options = words({
    '--index': index,
    '--host': flags.host,
    '--port': flags.port,
    '--memory-mb': flags.memoryMb,
    '--vcores': flags.vcores,
    '--rm': flags.resourceManagerUrl,
    '--nodes-on-machine': flags.nodesOnMachine,
  });
  return { name: `nodemanager-${index}`, command: [...roleProgram('nodemanager', home), ...options] };
}

/** The configuration folder of a home: its own, or the one shipped with Weft. */
export function confDirOf(home: WeftHome): string {
  return home.confDir(packageFile('conf'));
}

function roleProgram(role: string, home: WeftHome): string[] {
  // Without source maps: reading them at the start would cost each role some 5 MB and a tenth of a second.
  const bundle = packageFile(`dist/roles/${role}.mjs`);
  return [process.execPath, ...CONTROL_PLANE_FLAGS, bundle, '--home', home.path, '--conf', confDirOf(home)];
}

function words(options: Readonly<Record<string, string | number | undefined>>): string[] {
  return Object.entries(options).flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
}
