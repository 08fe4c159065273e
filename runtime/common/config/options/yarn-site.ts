/** The keys of `yarn-site.xml`: YARN's names, with other defaults only where the description says so. */
import type { AuthenticationChoice } from '../../security/authentication.js';
import {
  accessListOption,
  addressOption,
  booleanOption,
  durationOption,
  enumOption,
  integerOption,
  numberOption,
  stringOption,
  type ConfigOption,
} from '../option.js';
import { nodeManagerOptions } from './node-manager.js';

import { highAvailabilityOptions } from './high-availability.js';

export const resourceManagerOptions = {
  schedulerClass: stringOption({
    key: 'yarn.resourcemanager.scheduler.class',
    default: 'fifo',
    description: 'The scheduler: fifo or capacity, or the name of Hadoop’s class for it.',
  }),
  webappAddress: addressOption({
    key: 'yarn.resourcemanager.webapp.address',
    default: undefined,
    description:
      'host:port of the ResourceManager’s server (pages, REST, WebSockets). Default: loopback, the port it had before or else a free one.',
  }),
  bindHost: stringOption({
    key: 'yarn.resourcemanager.bind-host',
    default: undefined,
    description: 'Interface to bind when it is not the host of yarn.resourcemanager.webapp.address, e.g. 0.0.0.0.',
  }),
  maxAppAttempts: integerOption({
    key: 'yarn.resourcemanager.am.max-attempts',
    default: 2,
    min: 1,
    description: 'How often an AppMaster may be started; an application may ask for less, not for more.',
  }),
  heartbeatIntervalMs: durationOption({
    key: 'yarn.resourcemanager.nodemanagers.heartbeat-interval-ms',
    default: 1000,
    min: 10,
    description: 'Time between two heartbeats of a NodeManager.',
  }),
  nodeExpiryIntervalMs: durationOption({
    key: 'yarn.nm.liveness-monitor.expiry-interval-ms',
    default: 20_000,
    min: 100,
    description: 'A NodeManager that is silent for longer is lost, and its containers with it. (YARN: 600000.)',
  }),
  appMasterExpiryIntervalMs: durationOption({
    key: 'yarn.am.liveness-monitor.expiry-interval-ms',
    default: 20_000,
    min: 100,
    description: 'An AppMaster that is silent for longer has failed. (YARN: 600000.)',
  }),
  containerExpiryIntervalMs: durationOption({
    key: 'yarn.resourcemanager.rm.container-allocation.expiry-interval-ms',
    default: 600_000,
    min: 100,
    description: 'A container that was allocated and not started for longer is taken back.',
  }),
  maxCompletedApplications: integerOption({
    key: 'yarn.resourcemanager.max-completed-applications',
    default: 1000,
    min: 0,
    description: 'How many ended applications are remembered; the oldest go first.',
  }),
  attemptKeyRollSeconds: integerOption({
    key: 'yarn.resourcemanager.am-rm-tokens.master-key-rolling-interval-secs',
    default: 86_400,
    min: 1,
    description:
      'How often the key of AppMasters’ tokens is replaced. The one before stays good, and connected AppMasters get new tokens.',
  }),
  containerKeyRollSeconds: integerOption({
    key: 'yarn.resourcemanager.container-tokens.master-key-rolling-interval-secs',
    default: 86_400,
    min: 1,
    description: 'How often the key of container tokens is replaced. The one before stays good.',
  }),
  amBlacklistingEnabled: booleanOption({
    key: 'yarn.resourcemanager.am-scheduling.node-blacklisting-enabled',
    default: true,
    description: 'Whether the next AppMaster of an application avoids the nodes on which earlier ones failed.',
  }),
  amBlacklistingThreshold: numberOption({
    key: 'yarn.resourcemanager.am-scheduling.node-blacklisting-disable-threshold',
    default: 0.8,
    min: 0,
    max: 1,
    description: 'When these nodes are at least this part of all, none of them is avoided.',
  }),
  nodesIncludePath: stringOption({
    key: 'yarn.resourcemanager.nodes.include-path',
    default: '',
    description:
      'File with the hosts (or `host:port`) that may be part of the cluster, relative to this one. Empty, or an empty file: all.',
  }),
  nodesExcludePath: stringOption({
    key: 'yarn.resourcemanager.nodes.exclude-path',
    default: '',
    description:
      'File with the hosts (or `host:port`) that must leave the cluster; read by `weft rmadmin -refreshNodes`.',
  }),
  decommissionTimeoutSeconds: integerOption({
    key: 'yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs',
    default: 3600,
    min: -1,
    description: 'How long a node may take to leave gracefully, unless the command says; -1 = however long.',
  }),
  authentication: enumOption<AuthenticationChoice>({
    key: 'weft.security.authentication',
    values: ['auto', 'simple', 'token'],
    default: 'auto',
    description:
      'Whether pages and REST want a token (`weft token`). auto: where other machines can reach them. simple: never, which is refused anywhere but on loopback.',
  }),
  nodeLabelsEnabled: booleanOption({
    key: 'yarn.node-labels.enabled',
    default: false,
    description: 'Whether nodes can be given labels, and applications can ask for them.',
  }),
  nodeLabelsConfigurationType: enumOption<'centralized' | 'distributed'>({
    key: 'yarn.node-labels.configuration-type',
    values: ['centralized', 'distributed'],
    default: 'centralized',
    description:
      'Who says which node has which label: the administrator (`weft rmadmin`), or each NodeManager when it registers.',
  }),
  staticGroups: stringOption({
    key: 'hadoop.user.group.static.mapping.overrides',
    default: 'dr.who=;',
    description:
      'Groups of users, `user1=group1,group2;user2=`, the primary one first; those of all others are the operating system’s. May stand in `core-site.xml` too.',
  }),
  groupsCacheSeconds: integerOption({
    key: 'hadoop.security.groups.cache.secs',
    default: 300,
    min: 0,
    description:
      'How long the groups that the operating system names for a user are believed. May stand in `core-site.xml` too.',
  }),
} as const;

/** Hadoop's own, for all that asks where a host stands: they are usually in `core-site.xml`. */
export const topologyOptions = {
  mapping: stringOption({
    key: 'net.topology.node.switch.mapping.impl',
    default: 'ScriptBasedMapping',
    description:
      'What tells the racks of hosts: ScriptBasedMapping or TableMapping, or Hadoop’s class of that name. May stand in `core-site.xml` too.',
  }),
  scriptFile: stringOption({
    key: 'net.topology.script.file.name',
    default: '',
    description:
      'Program that is called with addresses of hosts and prints the rack of each, relative to the configuration’s folder. Empty: all are in /default-rack.',
  }),
  scriptArguments: integerOption({
    key: 'net.topology.script.number.args',
    default: 100,
    min: 1,
    description: 'How many hosts the program is asked for at once, at most.',
  }),
  tableFile: stringOption({
    key: 'net.topology.table.file.name',
    default: '',
    description:
      'File with a host (name or address) and its rack on each line, relative to the configuration’s folder; read again by `weft rmadmin -refreshNodes`.',
  }),
} as const;

export const schedulerOptions = {
  minimumAllocationMb: integerOption({
    key: 'yarn.scheduler.minimum-allocation-mb',
    default: 128,
    min: 1,
    description:
      'Memory of an ask is rounded up to multiples of this. (YARN: 1024, for JVMs; a Node process is at home in a tenth of that.)',
  }),
  minimumAllocationVcores: integerOption({
    key: 'yarn.scheduler.minimum-allocation-vcores',
    default: 1,
    min: 1,
    description: 'Virtual cores of an ask are rounded up to multiples of this.',
  }),
  maximumAllocationMb: integerOption({
    key: 'yarn.scheduler.maximum-allocation-mb',
    default: undefined,
    min: 1,
    description: 'Largest memory of one container. Default: that of the largest node. (YARN: 8192.)',
  }),
  maximumAllocationVcores: integerOption({
    key: 'yarn.scheduler.maximum-allocation-vcores',
    default: undefined,
    min: 1,
    description: 'Most virtual cores of one container. Default: those of the largest node. (YARN: 4.)',
  }),
  maximumPriority: integerOption({
    key: 'yarn.cluster.max-application-priority',
    default: 0,
    min: 0,
    description: 'Priorities of applications are cut to this; 0 = all are alike.',
  }),
  aclEnabled: booleanOption({
    key: 'yarn.acl.enable',
    default: false,
    description: 'Whether the access lists of queues are heeded.',
  }),
  adminAcl: accessListOption({
    key: 'yarn.admin.acl',
    default: '*',
    description: 'Who may administer the cluster: `user1,user2 group1,group2`; * = everybody.',
  }),
  monitorEnabled: booleanOption({
    key: 'yarn.resourcemanager.scheduler.monitor.enable',
    default: false,
    description: 'Whether queues below their guarantee may take containers from those above (capacity scheduler).',
  }),
  monitorPolicies: stringOption({
    key: 'yarn.resourcemanager.scheduler.monitor.policies',
    default: 'ProportionalCapacityPreemptionPolicy',
    description: 'What takes containers; there is this one.',
  }),
} as const;

/** Families of keys that the schedulers read by themselves, and complain about by themselves. */
export const SCHEDULER_PREFIXES: readonly string[] = [
  'yarn.scheduler.capacity.',
  'yarn.scheduler.fair.',
  'yarn.resourcemanager.monitor.capacity.preemption.',
];

/** Every key of `yarn-site.xml` that has an effect here. */
export const YARN_SITE_OPTIONS: readonly ConfigOption<unknown>[] = [
  ...Object.values(resourceManagerOptions),
  ...Object.values(topologyOptions),
  ...Object.values(schedulerOptions),
  ...Object.values(nodeManagerOptions),
  ...Object.values(highAvailabilityOptions),
];
