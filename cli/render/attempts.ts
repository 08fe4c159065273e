/** Attempts and containers as text, in the form that `yarn applicationattempt` and `yarn container` gave them. */
import type { AttemptDetails, AttemptReport, ContainerReport } from '../client/application-report.js';

export function renderAttempts(attempts: readonly AttemptReport[]): string {
  return table(
    `Total number of application attempts :${attempts.length}`,
    ['ApplicationAttempt-Id', 'State', 'AM-Container-Id', 'Started'],
    attempts.map(({ appAttemptId, appAttemptState, containerId, startTime }) => [
      ...[appAttemptId, appAttemptState, nonEmpty(containerId)],
      time(startTime),
    ]),
  );
}

export function renderAttempt(attempt: AttemptDetails): string {
  return report('Application Attempt Report :', [
    ['ApplicationAttempt-Id', attempt.appAttemptId],
    ['State', attempt.appAttemptState],
    ['AMContainer', nonEmpty(attempt.amContainerId)],
    ['Tracking-URL', attempt.trackingUrl],
    ['RPC Port', attempt.rpcPort],
    ['AM Host', attempt.host],
    ['Diagnostics', attempt.diagnosticsInfo],
  ]);
}

export function renderContainers(containers: readonly ContainerReport[]): string {
  return table(
    `Total number of containers :${containers.length}`,
    ['Container-Id', 'Start Time', 'Finish Time', 'State', 'Host', 'LOG-URL'],
    containers.map(({ containerId, startedTime, finishedTime, containerState, assignedNodeId, logUrl }) => [
      ...[containerId, time(Number(startedTime)), finishedTime === '0' ? 'N/A' : time(Number(finishedTime))],
      ...[containerState, assignedNodeId, logUrl],
    ]),
  );
}

export function renderContainer(container: ContainerReport): string {
  return report('Container Report :', [
    ['Container-Id', container.containerId],
    ['Start-Time', time(Number(container.startedTime))],
    ['State', container.containerState],
    ['Priority', container.priority],
    ['Allocated', `${container.allocatedMB} MB, ${container.allocatedVCores} vcores`],
    ['LOG-URL', container.logUrl],
    ['Host', container.assignedNodeId],
    ['NodeHttpAddress', container.nodeHttpAddress],
    ...endOf(container),
  ]);
}

function endOf({ exit, finishedTime }: ContainerReport): [string, string][] {
  if (exit === undefined) return [];
  const by = exit.by === undefined ? '' : `, by ${exit.by}`;
  return [
    ['Finish-Time', time(Number(finishedTime))],
    ['Exit', `${exit.kind}${by} (${exit.exitStatus})`],
    ['Diagnostics', exit.diagnostics],
  ];
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padStart(widths[column] ?? 0))
      .join('\t')
      .trimEnd();
  return [title, line(head), ...rows.map(line)].join('\n');
}

function report(title: string, rows: readonly [string, string][]): string {
  return [title, ...rows.map(([name, value]) => `\t${name} : ${value}`)].join('\n');
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function nonEmpty(text: string): string {
  return text === '' ? 'N/A' : text;
}
