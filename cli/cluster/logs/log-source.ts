/** One log file of one container, and how it is named to people. Pure. */

export type LogRole = 'appmaster' | 'jobmanager' | 'taskmanager';

export const LOG_ROLES: readonly LogRole[] = ['appmaster', 'jobmanager', 'taskmanager'];

export interface LogSource {
  readonly nodeUrl: string;
  readonly containerId: string;
  readonly file: string;
  readonly sizeBytes: number;
}

/** The first container of an attempt is the AppMaster's, which keeps the JobManager's files beside its own. */
export function roleOf({ containerId, file }: Pick<LogSource, 'containerId' | 'file'>): LogRole {
  if (file.startsWith('jobmanager')) return 'jobmanager';
  return containerId.endsWith('_000001') ? 'appmaster' : 'taskmanager';
}

/** `taskmanager 01_000002`: role, attempt and number of the container. */
export function shortName(source: Pick<LogSource, 'containerId' | 'file'>): string {
  return `${roleOf(source)} ${source.containerId.split('_').slice(-2).join('_')}`;
}

/** The place of a file among those of the same name that were rotated: `stderr.2` is older than `stderr.1`. 0 = the latest. */
export function rotationOf({ file }: Pick<LogSource, 'file'>): number {
  return Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
}
