/** An application in the form in which YARN's REST API takes it. */
import { CONTROL_PLANE_FLAGS } from '../../runtime/common/process/node-flags.js';
import { memoryOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { ENV } from '../../runtime/common/environment.js';
import { jobManagerMemory } from '../../runtime/common/config/jobmanager-memory.js';
import type { LocalResource } from '../../runtime/common/wire/protocols/index.js';

const MB = 1024 * 1024;

export type ApplicationMode = 'session' | 'per-job';

export interface Submission {
  'application-id': string;
  'application-name': string;
  'application-type': string;
  queue: string;
  priority?: number;
  'app-node-label-expression'?: string;
  'am-container-spec': {
    commands: { command: string };
    environment: { entry: { key: string; value: string }[] };
    'application-acls'?: { entry: { key: string; value: string }[] };
    'local-resources': { entry: { key: string; value: SubmittedResource }[] };
  };
  resource: { memory: number; vCores: number };
  'max-app-attempts'?: number;
  'attempt-failures-validity-interval': number;
  'keep-containers-across-application-attempts': boolean;
  'application-tags': { tag: string[] };
  /** Seconds. */
  'application-timeouts'?: { entry: { key: 'LIFETIME'; value: number }[] };
}

interface SubmittedResource {
  /** `weft-blob:<sha256>` of a file that was uploaded before. */
  resource: string;
  type: 'FILE';
  visibility: 'APPLICATION';
  size: number;
  timestamp: number;
}

export interface SubmissionRequest {
  applicationId: string;
  mode: ApplicationMode;
  /** @default by mode, in Flink's words */
  name?: string;
  configuration: Configuration;
  localResources: readonly LocalResource[];
  /** Those of them that TaskManagers get too. */
  shipped: readonly LocalResource[];
}

export function submissionOf(request: SubmissionRequest): Submission {
  const { applicationId, mode, configuration, localResources, shipped } = request;
  const priority = configuration.get(yarnOptions.applicationPriority);
  const attempts = configuration.get(yarnOptions.applicationAttempts);
  const label = configuration.get(yarnOptions.applicationNodeLabel);
  return {
    'application-id': applicationId,
    'application-name': request.name ?? configuration.get(yarnOptions.applicationName) ?? defaultName(mode),
    'application-type': configuration.get(yarnOptions.applicationType),
    queue: configuration.get(yarnOptions.applicationQueue),
    ...(priority < 0 ? {} : { priority }),
    ...(label === undefined ? {} : { 'app-node-label-expression': label }),
    'am-container-spec': {
      commands: { command: commandOf(mode, configuration) },
      environment: { entry: environmentOf(configuration, shipped) },
      'local-resources': { entry: localResources.map(submitted) },
      ...accessOf(configuration),
    },
    resource: appMasterResource(configuration),
    ...(attempts === undefined ? {} : { 'max-app-attempts': attempts }),
    'attempt-failures-validity-interval': configuration.get(yarnOptions.attemptFailuresValidityIntervalMs),
    // A JobManager that comes back finds its TaskManagers, so that only the job restarts.
    'keep-containers-across-application-attempts': true,
    'application-tags': { tag: tagsOf(configuration.get(yarnOptions.applicationTags)) },
  };
}

/** The container of AppMaster and JobManager. */
export function appMasterResource(configuration: Configuration): { memory: number; vCores: number } {
  return {
    memory: Math.ceil(configuration.get(memoryOptions.jobManagerProcess) / MB),
    vCores: configuration.get(yarnOptions.appMasterVcores),
  };
}

function commandOf(mode: ApplicationMode, configuration: Configuration): string {
  const { appMasterHeapMb } = jobManagerMemory(configuration.get(memoryOptions.jobManagerProcess));
  const flags = [...CONTROL_PLANE_FLAGS, `--max-old-space-size=${appMasterHeapMb}`].join(' ');
  return `{{NODE}} ${flags} {{WEFT_DIST}}/appmaster.mjs --mode ${mode}`;
}

function accessOf(configuration: Configuration): Pick<Submission['am-container-spec'], 'application-acls'> {
  const lists = { VIEW_APP: yarnOptions.viewAcls, MODIFY_APP: yarnOptions.modifyAcls };
  const entry = Object.entries(lists).flatMap(([key, option]) => {
    const value = configuration.get(option);
    return value === undefined ? [] : [{ key, value }];
  });
  return entry.length === 0 ? {} : { 'application-acls': { entry } };
}

function environmentOf(
  configuration: Configuration,
  shipped: readonly LocalResource[],
): { key: string; value: string }[] {
  const logLevel = process.env['WEFT_LOG_LEVEL'];
  const entries = new Map(logLevel === undefined ? [] : [['WEFT_LOG_LEVEL', logLevel]]);
  for (const [key, value] of configuration.family('containerized.master.env.')) entries.set(key, value);
  if (shipped.length > 0) entries.set(ENV.shippedFiles, JSON.stringify(shipped));
  return [...entries].map(([key, value]) => ({ key, value }));
}

export function submitted({ path, sha256, sizeBytes }: LocalResource): { key: string; value: SubmittedResource } {
  return {
    key: path,
    value: {
      resource: `weft-blob:${sha256}`,
      type: 'FILE',
      visibility: 'APPLICATION',
      size: sizeBytes,
      timestamp: 0,
    },
  };
}

function defaultName(mode: ApplicationMode): string {
  return mode === 'session' ? 'Weft session cluster' : 'Weft per-job cluster';
}

/** The items of a list with commas. */
export function tagsOf(text: string): string[] {
  return text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}
