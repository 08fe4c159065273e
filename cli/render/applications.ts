/** Applications and their events as text, in the form that `yarn application` gave them. */
import type { ChainEvent } from '../../runtime/common/events/chain-events.js';
import type { ApplicationReport, ApplicationState } from '../client/application-report.js';

const COLUMNS: readonly [string, number, (report: ApplicationReport) => string][] = [
  ['Application-Id', 32, ({ id }) => id],
  ['Application-Name', 24, ({ name }) => name],
  ['Application-Type', 16, ({ applicationType }) => applicationType],
  ['User', 10, ({ user }) => user],
  ['Queue', 12, ({ queue }) => queue],
  ['State', 9, ({ state }) => state],
  ['Final-State', 11, ({ finalStatus }) => finalStatus],
  ['Progress', 8, ({ progress }) => `${Math.round(progress)}%`],
  ['Tracking-URL', 0, ({ trackingUrl }) => trackingUrl ?? 'N/A'],
];

export function renderApplications(reports: readonly ApplicationReport[], states: readonly ApplicationState[]): string {
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padStart(COLUMNS[at]?.[1] ?? 0))
      .join('\t')
      .trimEnd();
  return [
    `Total number of applications (states: [${states.join(', ')}]): ${reports.length}`,
    line(COLUMNS.map(([title]) => title)),
    ...reports.map((report) => line(COLUMNS.map(([, , cell]) => cell(report)))),
  ].join('\n');
}

export function renderApplication(report: ApplicationReport): string {
  const rows: [string, string | number][] = [
    ['Application-Id', report.id],
    ['Application-Name', report.name],
    ['Application-Type', report.applicationType],
    ['User', report.user],
    ['Queue', report.queue],
    ['Start-Time', report.startedTime],
    ['Finish-Time', report.finishedTime],
    ['Progress', `${Math.round(report.progress)}%`],
    ['State', report.state],
    ['Final-State', report.finalStatus],
    ['Tracking-URL', nonEmpty(report.trackingUrl)],
    ['AM Host', nonEmpty(report.amHostHttpAddress)],
    ['Aggregate Resource Allocation', `${held(report.allocatedMB)} MB, ${held(report.allocatedVCores)} vcores`],
    ['Containers', held(report.runningContainers)],
    ['Diagnostics', report.diagnostics],
  ];
  return ['Application Report :', ...rows.map(([name, value]) => `\t${name} : ${value}`)].join('\n');
}

/** The chain from the submission to the heartbeats: by step, each step by time. */
export function inOrderOfTheChain(events: readonly ChainEvent[]): ChainEvent[] {
  return events.toSorted((a, b) => a.step - b.step || a.timeMs - b.timeMs);
}

export function renderEvents(events: readonly ChainEvent[]): string {
  const startMs = Math.min(...events.map(({ timeMs }) => timeMs));
  return inOrderOfTheChain(events)
    .map(({ step, name, timeMs, role, pid, detail }) =>
      [
        String(step).padStart(2),
        new Date(timeMs).toISOString(),
        `+${timeMs - startMs} ms`.padStart(10),
        name.padEnd(36),
        `${role} (${pid})`.padEnd(24),
        Object.entries(detail)
          .map(([key, value]) => `${key}=${value}`)
          .join(' '),
      ]
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The ResourceManager says -1 of an application that is over. */
function held(amount: number | undefined): number {
  return Math.max(0, amount ?? 0);
}

function nonEmpty(text: string | undefined): string {
  return text === undefined || text === '' ? 'N/A' : text;
}
