/** How an application asks the ResourceManager for itself: Flink's yarn.* keys. */
import { durationOption, integerOption, listOption, numberOption, stringOption } from '../option.js';

export const yarnOptions = {
  resourceManagerAddress: stringOption({
    key: 'yarn.resourcemanager.webapp.address',
    default: undefined,
    description:
      'host:port or URL of the ResourceManager that commands speak to. Default: WEFT_RM, else the cluster in WEFT_HOME.',
  }),
  applicationId: stringOption({
    key: 'yarn.application.id',
    default: undefined,
    description: 'The session that `-t yarn-session` submits to.',
  }),
  applicationName: stringOption({
    key: 'yarn.application.name',
    default: undefined,
    description: 'Name of the application (-nm).',
  }),
  applicationQueue: stringOption({
    key: 'yarn.application.queue',
    default: 'default',
    description: 'Queue that the application is submitted to (-qu).',
  }),
  applicationType: stringOption({
    key: 'yarn.application.type',
    default: 'Weft',
    description: 'Type of the application (-at).',
  }),
  applicationPriority: integerOption({
    key: 'yarn.application.priority',
    default: -1,
    description: 'Priority of the application; negative = the queue’s.',
  }),
  applicationTags: stringOption({
    key: 'yarn.tags',
    default: '',
    description: 'Tags of the application, separated by commas.',
  }),
  applicationNodeLabel: stringOption({
    key: 'yarn.application.node-label',
    default: undefined,
    description: 'Node label that the application runs on. Default: that of its queue.',
  }),
  taskManagerNodeLabel: stringOption({
    key: 'yarn.taskmanager.node-label',
    default: undefined,
    description: 'Node label that its TaskManagers run on. Default: yarn.application.node-label.',
  }),
  applicationAttempts: integerOption({
    key: 'yarn.application-attempts',
    default: undefined,
    min: 1,
    description:
      'How often the AppMaster may be started. Default: yarn.resourcemanager.am.max-attempts of the cluster.',
  }),
  attemptFailuresValidityIntervalMs: durationOption({
    key: 'yarn.application-attempt-failures-validity-interval',
    default: 10_000,
    description: 'Only failures of attempts within this time count.',
  }),
  appMasterVcores: integerOption({
    key: 'yarn.appmaster.vcores',
    default: 1,
    min: 1,
    description: 'Virtual cores of the AppMaster’s container.',
  }),
  containerVcores: integerOption({
    key: 'yarn.containers.vcores',
    default: -1,
    min: -1,
    description: 'Virtual cores of a TaskManager’s container; -1 = its number of slots.',
  }),
  externalResources: listOption({
    key: 'external-resources',
    default: [],
    description:
      'Names of resources besides memory and cores that a TaskManager needs; each has external-resource.<name>.amount and external-resource.<name>.yarn.config-key.',
  }),
  heartbeatIntervalS: numberOption({
    key: 'yarn.heartbeat.interval',
    default: 1,
    min: 0.01,
    oldKeys: ['yarn.heartbeat-delay'],
    description: 'Seconds between the AppMaster’s heartbeats to the ResourceManager. (Flink: 5.)',
  }),
  viewAcls: stringOption({
    key: 'yarn.view.acls',
    default: undefined,
    description: 'Who else may look at the application: `user1,user2 group1,group2`; * = everybody.',
  }),
  modifyAcls: stringOption({
    key: 'yarn.modify.acls',
    default: undefined,
    description: 'Who else may change or kill it.',
  }),
  shipFiles: listOption({
    key: 'yarn.ship-files',
    default: [],
    oldKeys: ['yarn.ship-directories'],
    description: 'Files and folders that are shipped with the program (-yt).',
  }),
  propertiesFileLocation: stringOption({
    key: 'yarn.properties-file.location',
    default: undefined,
    description: 'Folder of .yarn-properties-<user>, which remembers the last session. Default: WEFT_HOME.',
  }),
} as const;
