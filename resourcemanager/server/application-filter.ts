/** The filters of `GET /ws/v1/cluster/apps`. */
import { Type, type Static } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import { PUBLIC_STATES, publicState, type PublicState } from '../apps/application.js';
import type { Application } from '../apps/application-registry.js';
import type { Scheduler } from '../scheduler/index.js';

const Digits = Type.Optional(Type.String({ pattern: '^\\d+$' }));

export const FilterSchema = Type.Object({
  state: Type.Optional(Type.String()),
  states: Type.Optional(Type.String()),
  finalStatus: Type.Optional(Type.String()),
  user: Type.Optional(Type.String()),
  queue: Type.Optional(Type.String()),
  name: Type.Optional(Type.String()),
  limit: Type.Optional(Type.String({ pattern: '^[1-9]\\d*$' })),
  applicationTypes: Type.Optional(Type.String()),
  applicationTags: Type.Optional(Type.String()),
  startedTimeBegin: Digits,
  startedTimeEnd: Digits,
  finishedTimeBegin: Digits,
  finishedTimeEnd: Digits,
});
type Filter = Static<typeof FilterSchema>;

/**
 * The applications that the query asks for, in the order of submission; `limit` keeps the latest.
 * @throws HTTP_BAD_REQUEST
 */
export function filterApplications(
  applications: Iterable<Application>,
  query: unknown,
  scheduler: Scheduler,
): Application[] {
  requireFit(FilterSchema, query, 'HTTP_BAD_REQUEST', 'The query');
  const filter = query as Filter;
  const states = [...listOf(filter.states), ...listOf(filter.state)].map(parseState);
  const types = listOf(filter.applicationTypes).map((type) => type.toLowerCase());
  const tags = listOf(filter.applicationTags).map((tag) => tag.toLowerCase());
  const queue = filter.queue === undefined ? undefined : (scheduler.resolveQueue(filter.queue) ?? filter.queue);
  const matches = ({ record }: Application): boolean =>
    (states.length === 0 || states.includes(publicState(record))) &&
    (types.length === 0 || types.includes(record.submission.type.toLowerCase())) &&
    (tags.length === 0 || tags.some((tag) => record.submission.tags.includes(tag))) &&
    (queue === undefined || record.submission.queue === queue) &&
    (filter.user === undefined || record.user === filter.user) &&
    (filter.name === undefined || record.submission.name === filter.name) &&
    (filter.finalStatus === undefined || record.finalStatus === filter.finalStatus.toUpperCase()) &&
    isWithin(record.submittedMs, filter.startedTimeBegin, filter.startedTimeEnd) &&
    isWithin(record.finishedMs, filter.finishedTimeBegin, filter.finishedTimeEnd);
  const found = [...applications].filter(matches);
  return filter.limit === undefined ? found : found.slice(-Number(filter.limit));
}

/** @throws HTTP_BAD_REQUEST */
export function parseState(name: string): PublicState {
  const state = PUBLIC_STATES.find((each) => each === name.toUpperCase());
  if (state !== undefined) return state;
  throw new WeftError(
    'HTTP_BAD_REQUEST',
    `Invalid application-state ${name} specified. It should be one of [${PUBLIC_STATES.join(', ')}]`,
  );
}

function isWithin(timeMs: number, begin: string | undefined, end: string | undefined): boolean {
  return (begin === undefined || timeMs >= Number(begin)) && (end === undefined || timeMs <= Number(end));
}

/** The items of a list with commas. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
