/** The container of a TaskManager: its size, its command and its environment. */
import { clusterOptions, memoryOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { ENV } from '../../runtime/common/environment.js';
import type { LaunchContext, LocalResource, Resource } from '../../runtime/common/wire/protocols/index.js';

const MB = 1024 * 1024;

/** @throws CONFIG_BAD_VALUE */
export function workerResource(configuration: Configuration): Resource {
  const vcores = configuration.get(yarnOptions.containerVcores);
  const others = externalResources(configuration);
  return {
    memoryMb: Math.ceil(configuration.get(memoryOptions.taskManagerProcess) / MB),
    vcores: vcores === -1 ? configuration.get(clusterOptions.numberOfTaskSlots) : vcores,
    ...(others.length === 0 ? {} : { others: Object.fromEntries(others) }),
  };
}

/** Flink's external resources: amounts by the cluster's names of them. */
function externalResources(configuration: Configuration): [string, number][] {
  const settings = configuration.family('external-resource.');
  return configuration.get(yarnOptions.externalResources).flatMap((name) => {
    const type = settings.get(`${name}.yarn.config-key`);
    // One that only other deployments know is nothing to ask a ResourceManager for.
    if (type === undefined) return [];
    const amount = Number(settings.get(`${name}.amount`));
    if (Number.isSafeInteger(amount) && amount > 0) return [[type, amount] as [string, number]];
    const key = `external-resource.${name}.amount`;
    throw new WeftError('CONFIG_BAD_VALUE', `${key} must be a whole number above 0.`, { subject: key });
  });
}

/** Whether no container can ever hold a TaskManager. A cluster that has no node at the moment says nothing. */
export function workerTooLarge(needed: Resource, maximum: Resource): WeftError | undefined {
  if (maximum.memoryMb === 0 || (needed.memoryMb <= maximum.memoryMb && needed.vcores <= maximum.vcores))
    return undefined;
  return new WeftError(
    'AM_WORKER_TOO_LARGE',
    `A TaskManager needs ${needed.memoryMb} MB and ${needed.vcores} vcores; ` +
      `a container has at most ${maximum.memoryMb} MB and ${maximum.vcores} vcores.`,
  );
}

export interface WorkerSetting {
  applicationId: string;
  applicationToken: string;
  /** With it TaskManagers check each other: those of different attempts of the AppMaster hold different tokens. */
  applicationKey: string;
  appMasterUrl: string;
  resourceManagerUrl: string;
  shippedFiles: LocalResource[];
}

/**
 * The configuration travels in the environment, so that a container needs no download for it. No heap limit is set on the
 * command line, because V8 would let it override the limits of the slot threads.
 */
export function workerLaunchContext(configuration: Configuration, setting: WorkerSetting): LaunchContext {
  const logLevel = process.env['WEFT_LOG_LEVEL'];
  return {
    command: ['{{NODE}}', '{{WEFT_DIST}}/taskmanager.mjs'],
    environment: {
      ...(logLevel === undefined ? {} : { WEFT_LOG_LEVEL: logLevel }),
      ...Object.fromEntries(configuration.family('containerized.taskmanager.env.')),
      [ENV.applicationId]: setting.applicationId,
      [ENV.applicationToken]: setting.applicationToken,
      [ENV.applicationKey]: setting.applicationKey,
      [ENV.appMasterUrl]: setting.appMasterUrl,
      [ENV.resourceManagerUrl]: setting.resourceManagerUrl,
      [ENV.configuration]: JSON.stringify(configuration.toProperties()),
    },
    localResources: setting.shippedFiles,
  };
}
