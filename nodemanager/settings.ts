/** What a NodeManager is told: its command line over `yarn-site.xml` over the machine's own figures. */
import { nodeManagerOptions } from '../runtime/common/config/options/node-manager.js';
import { resourceManagerOptions } from '../runtime/common/config/options/yarn-site.js';
import { loadYarnSite, type YarnConfiguration } from '../runtime/common/config/yarn-site.js';
import { nodeResourcesOf } from '../runtime/common/config/resource-types.js';
import { machineCores, machineMemoryBytes } from '../runtime/common/process/machine.js';
import { authenticationOf, type Authentication } from '../runtime/common/security/authentication.js';
import type { Resource } from '../runtime/common/wire/protocols/shared.js';

export interface NodeFlags {
  readonly home: string;
  readonly conf: string;
  readonly index: number;
  readonly host?: string;
  readonly port?: number;
  readonly memoryMb?: number;
  readonly vcores?: number;
  /** NodeManagers that share this machine, and so its memory, unless their memory is told. @default 1 */
  readonly nodesOnMachine?: number;
  /** URL of the ResourceManager. */
  readonly rm?: string;
}

export interface NodeSettings {
  readonly site: YarnConfiguration;
  /** Name that others reach this node by. */
  readonly host: string;
  readonly bindHost: string;
  /** 0 = the port it had before, or else any free one. */
  readonly port: number;
  readonly resource: Resource;
  /** The node label that it names; undefined: none, or the administrator says. */
  readonly label: string | undefined;
  readonly resourceManagerUrl: string | undefined;
  /** What clients must bring who look at containers and logs. */
  readonly authentication: Authentication;
}

const MB = 1024 * 1024;
/** Part of the machine's memory that containers get by default; the rest is the system's and the roles'. */
const MEMORY_SHARE = 0.8;
/**
 * Virtual cores only count; nothing pins a container to a core. A machine with fewer cores than this still offers so
 * many, or an AppMaster and two TaskManagers of two slots would not fit on a small one.
 */
const LEAST_VCORES = 8;
const LOOPBACK = '127.0.0.1';

/** @throws CONFIG_BAD_FILE, CONFIG_BAD_VALUE */
export function nodeSettings(flags: NodeFlags): NodeSettings {
  const site = loadYarnSite(flags.conf);
  const address = site.get(nodeManagerOptions.webappAddress);
  const others = nodeResourcesOf(site);
  const host = flags.host ?? site.get(nodeManagerOptions.hostname) ?? address?.host ?? LOOPBACK;
  const bindHost = site.get(nodeManagerOptions.bindHost) ?? host;
  return {
    site,
    host,
    bindHost,
    // Nodes of one machine share the file, so its port is the first one's.
    port: flags.port ?? (address === undefined || address.port === 0 ? 0 : address.port + flags.index),
    resource: {
      memoryMb:
        flags.memoryMb ??
        configured(site.get(nodeManagerOptions.memoryMb)) ??
        Math.floor((machineMemoryBytes() * MEMORY_SHARE) / MB / (flags.nodesOnMachine ?? 1)),
      vcores: flags.vcores ?? configured(site.get(nodeManagerOptions.vcores)) ?? Math.max(LEAST_VCORES, machineCores()),
      ...(others === undefined ? {} : { others }),
    },
    label: labelOf(site),
    resourceManagerUrl: flags.rm,
    authentication: authenticationOf(site.get(resourceManagerOptions.authentication), bindHost),
  };
}

function labelOf(site: YarnConfiguration): string | undefined {
  const label = site.get(nodeManagerOptions.configuredLabel);
  return site.get(nodeManagerOptions.labelProvider) === undefined || label === '' ? undefined : label;
}

/** -1 stands for "worked out from the machine". */
function configured(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}
