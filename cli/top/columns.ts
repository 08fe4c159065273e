/** The columns of `weft top`: their names are those of `yarn top`. */
import { badArguments } from '../program/option-parser.js';
import type { ApplicationReport } from '../client/application-report.js';

export interface TopColumn {
  title: string;
  /** What is sorted by: numbers the greatest first, texts from A to Z. */
  value: (application: ApplicationReport) => number | string;
  /** @default the value itself */
  text?: (application: ApplicationReport) => string;
}

export const TOP_COLUMNS: readonly TopColumn[] = [
  { title: 'APPLICATIONID', value: ({ id }) => id },
  { title: 'USER', value: ({ user }) => user },
  { title: 'TYPE', value: ({ applicationType }) => applicationType },
  { title: 'QUEUE', value: ({ queue }) => queue },
  { title: '#CONT', value: ({ runningContainers }) => held(runningContainers) },
  { title: 'VCORES', value: ({ allocatedVCores }) => held(allocatedVCores) },
  { title: 'RVCORES', value: ({ reservedVCores }) => held(reservedVCores) },
  { title: 'MEM', value: memoryMb, text: (application) => gigabytes(memoryMb(application)) },
  {
    title: 'RMEM',
    value: ({ reservedMB }) => held(reservedMB),
    text: ({ reservedMB }) => gigabytes(held(reservedMB)),
  },
  { title: 'VCORESECS', value: ({ vcoreSeconds }) => held(vcoreSeconds) },
  {
    title: 'MEMSECS',
    value: ({ memorySeconds }) => held(memorySeconds),
    text: ({ memorySeconds }) => `${Math.round(held(memorySeconds) / 1024)}`,
  },
  { title: '%PROGR', value: ({ progress }) => progress, text: ({ progress }) => progress.toFixed(1) },
  { title: 'TIME', value: ({ elapsedTime }) => elapsedTime, text: ({ elapsedTime }) => daysHoursMinutes(elapsedTime) },
  { title: 'NAME', value: ({ name }) => name },
];

export interface TopOrder {
  /** Title of a column. */
  column: string;
  isReversed: boolean;
}

export const FIRST_ORDER: TopOrder = { column: 'MEM', isReversed: false };

/** @param name of a column, in any case, with or without its sign. @throws CLI_BAD_ARGUMENTS */
export function orderBy(name: string): TopOrder {
  const bare = (title: string): string => title.toLowerCase().replace(/^[#%]/, '');
  const column = TOP_COLUMNS.find(({ title }) => bare(title) === bare(name))?.title;
  if (column !== undefined) return { column, isReversed: false };
  throw badArguments(`There is no column ${name}; there is ${TOP_COLUMNS.map(({ title }) => title).join(', ')}.`);
}

/** The order by the column that stands so many places further to the right. */
export function neighbour(order: TopOrder, places: number): TopOrder {
  const at = TOP_COLUMNS.findIndex(({ title }) => title === order.column) + places;
  const next = TOP_COLUMNS[Math.min(Math.max(at, 0), TOP_COLUMNS.length - 1)];
  return next === undefined ? order : { column: next.title, isReversed: false };
}

/** Of equals, the younger application comes first. */
export function ordered(applications: readonly ApplicationReport[], order: TopOrder): ApplicationReport[] {
  const valueOf = TOP_COLUMNS.find(({ title }) => title === order.column)?.value ?? memoryMb;
  const sign = order.isReversed ? -1 : 1;
  return applications.toSorted(
    (one, other) => sign * compared(valueOf(one), valueOf(other)) || compared(other.id, one.id),
  );
}

function compared(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return other - one;
  return String(one).localeCompare(String(other));
}

/** The ResourceManager says −1 of an application that holds nothing any more. */
function held(amount = 0): number {
  return Math.max(0, amount);
}

function memoryMb({ allocatedMB }: ApplicationReport): number {
  return held(allocatedMB);
}

/** Of megabytes; one decimal where it matters: `0.5G`, `12G`. */
export function gigabytes(megabytes: number): string {
  return `${Math.round((megabytes / 1024) * 10) / 10}G`;
}

/** `02:13:05`: days, hours and minutes. */
function daysHoursMinutes(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  const parts = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
