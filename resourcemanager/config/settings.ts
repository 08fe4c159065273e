/** What `yarn-site.xml` says to the ResourceManager, as plain values. */
import {
  resourceManagerOptions as options,
  schedulerOptions,
  type YarnConfiguration,
} from '../../runtime/common/config/index.js';
import { resourceTypesOf, type ResourceType } from '../../runtime/common/config/resource-types.js';
import type { AuthenticationChoice } from '../../runtime/common/security/authentication.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { RollIntervals } from '../security/token-service.js';

export interface ResourceManagerSettings {
  schedulerClass: string;
  /** Where the scheduler was chosen: `file:line`, or `default`. */
  schedulerClassOrigin: string;
  minimumAllocation: Resource;
  /** Besides memory and virtual cores, by name. */
  resourceTypes: ReadonlyMap<string, ResourceType>;
  maximumMemoryMb: number | undefined;
  maximumVcores: number | undefined;
  maxAppAttempts: number;
  heartbeatIntervalMs: number;
  nodeExpiryIntervalMs: number;
  appMasterExpiryIntervalMs: number;
  containerExpiryIntervalMs: number;
  maxCompletedApplications: number;
  /** Nodes where AppMasters failed are avoided while they are less than this part of all; 0 = never. */
  amBlacklistThreshold: number;
  /** How long a node may take to leave gracefully, unless the command says; undefined = however long. */
  decommissionTimeoutMs: number | undefined;
  nodeLabels: 'off' | 'centralized' | 'distributed';
  /** `user1=group1,group2;user2=` */
  staticGroups: string;
  groupsCacheMs: number;
  /** Who may administer the cluster, as Hadoop writes access lists. */
  administrators: string;
  authentication: AuthenticationChoice;
  /** How old the keys of tokens become. */
  keyRolls: RollIntervals;
}

export interface ListenAddress {
  /** Interface to bind. */
  bindHost: string;
  /** Name that others reach it by. */
  advertisedHost: string;
  /** Undefined: the port of the last run, else a free one. */
  port: number | undefined;
}

/** @throws CONFIG_BAD_VALUE with file, line and reason */
export function settingsOf(conf: YarnConfiguration): ResourceManagerSettings {
  const resourceTypes = resourceTypesOf(conf);
  const minima = [...resourceTypes.values()].filter(({ minimum }) => minimum > 0);
  return {
    resourceTypes,
    schedulerClass: conf.get(options.schedulerClass),
    schedulerClassOrigin: conf.originOf(options.schedulerClass),
    minimumAllocation: {
      memoryMb: conf.get(schedulerOptions.minimumAllocationMb),
      vcores: conf.get(schedulerOptions.minimumAllocationVcores),
      ...(minima.length === 0
        ? {}
        : { others: Object.fromEntries(minima.map(({ name, minimum }) => [name, minimum])) }),
    },
    maximumMemoryMb: conf.get(schedulerOptions.maximumAllocationMb),
    maximumVcores: conf.get(schedulerOptions.maximumAllocationVcores),
    maxAppAttempts: conf.get(options.maxAppAttempts),
    heartbeatIntervalMs: conf.get(options.heartbeatIntervalMs),
    nodeExpiryIntervalMs: conf.get(options.nodeExpiryIntervalMs),
    appMasterExpiryIntervalMs: conf.get(options.appMasterExpiryIntervalMs),
    containerExpiryIntervalMs: conf.get(options.containerExpiryIntervalMs),
    maxCompletedApplications: conf.get(options.maxCompletedApplications),
    amBlacklistThreshold: conf.get(options.amBlacklistingEnabled) ? conf.get(options.amBlacklistingThreshold) : 0,
    decommissionTimeoutMs: timeoutMsOf(conf.get(options.decommissionTimeoutSeconds)),
    nodeLabels: conf.get(options.nodeLabelsEnabled) ? conf.get(options.nodeLabelsConfigurationType) : 'off',
    staticGroups: conf.get(options.staticGroups),
    groupsCacheMs: conf.get(options.groupsCacheSeconds) * 1000,
    administrators: conf.get(schedulerOptions.adminAcl),
    authentication: conf.get(options.authentication),
    keyRolls: {
      attemptKeyMs: conf.get(options.attemptKeyRollSeconds) * 1000,
      containerKeyMs: conf.get(options.containerKeyRollSeconds) * 1000,
    },
  };
}

/** Negative = never. */
function timeoutMsOf(seconds: number): number | undefined {
  return seconds < 0 ? undefined : seconds * 1000;
}

/** Silence is looked for often enough that a verdict is at most a tenth of its interval late. */
export function livenessCheckIntervalMs(
  settings: Pick<ResourceManagerSettings, 'nodeExpiryIntervalMs' | 'appMasterExpiryIntervalMs'>,
): number {
  const shortest = Math.min(settings.nodeExpiryIntervalMs, settings.appMasterExpiryIntervalMs);
  return Math.min(1000, Math.max(20, shortest / 10));
}

/**
 * Flags win over the file; loopback unless told otherwise. Port 0 means any free one, as when none is given.
 * @param named where this one of several ResourceManagers is
 */
export function listenAddressOf(
  conf: YarnConfiguration,
  named: { host: string; port: number } | undefined,
  flags: { host?: string; port?: number },
): ListenAddress {
  const configured = named ?? conf.get(options.webappAddress);
  const advertisedHost = flags.host ?? configured?.host ?? '127.0.0.1';
  const port = flags.port ?? configured?.port ?? 0;
  return {
    bindHost: conf.get(options.bindHost) ?? advertisedHost,
    advertisedHost,
    port: port === 0 ? undefined : port,
  };
}
