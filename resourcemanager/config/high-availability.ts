/** What `yarn-site.xml` says about ResourceManagers that stand by for each other, as plain values. */
import {
  highAvailabilityOptions as options,
  resourceManagersOf,
  resourceManagerUrls,
  type YarnConfiguration,
} from '../../runtime/common/config/index.js';
import { onThisMachine, type NamedResourceManager } from '../../runtime/common/config/resourcemanagers.js';
import { WeftError } from '../../runtime/common/errors/index.js';

export interface HighAvailabilitySettings {
  /** Of this ResourceManager; empty where it is the only one. */
  readonly id: string;
  /** Where this one listens, if there are several. */
  readonly self: NamedResourceManager | undefined;
  /** Of all, separated by commas; undefined where there is one. */
  readonly addresses: string | undefined;
  readonly automaticFailover: boolean;
  readonly recovery: boolean;
  /** How long a leader may be silent, with SQLite. */
  readonly leaseTermMs: number;
  readonly stagingFolder: string | undefined;
}

/** @param id from the command line. @throws CONFIG_BAD_VALUE */
export function highAvailabilityOf(conf: YarnConfiguration, id: string | undefined): HighAvailabilitySettings {
  const self = selfOf(conf, id);
  const recovery = conf.get(options.recoveryEnabled);
  if (self !== undefined && !recovery) {
    throw bad(conf, 'without yarn.resourcemanager.recovery.enabled a standby has nothing to take over.');
  }
  if (self !== undefined && conf.get(options.store) !== 'sqlite') {
    throw bad(
      conf,
      `${options.store.key} asks for ZooKeeper, which is not supported: several ResourceManagers share one host.`,
    );
  }
  return {
    id: self?.id ?? '',
    self,
    addresses: resourceManagerUrls(conf),
    automaticFailover: conf.get(options.automaticFailover),
    recovery,
    leaseTermMs: conf.get(options.leaseTermMs),
    stagingFolder: conf.get(options.stagingDir),
  };
}

function selfOf(conf: YarnConfiguration, flag: string | undefined): NamedResourceManager | undefined {
  const named = resourceManagersOf(conf);
  if (named.length === 0) return undefined;
  const id = flag ?? conf.get(options.id);
  const found = id === undefined ? onThisMachine(named) : named.filter((one) => one.id === id);
  if (found.length === 1) return found[0];
  const ids = named.map((one) => one.id).join(', ');
  if (id !== undefined) throw bad(conf, `this ResourceManager is to be ${id}, and ${options.ids.key} names ${ids}.`);
  throw bad(conf, `which of ${ids} this ResourceManager is must be told, by --id or ${options.id.key}.`);
}

function bad(conf: YarnConfiguration, reason: string): WeftError {
  return new WeftError('CONFIG_BAD_VALUE', `${conf.originOf(options.enabled)}: ${reason}`, {
    subject: options.enabled.key,
  });
}
