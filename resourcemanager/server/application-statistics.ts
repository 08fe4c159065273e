/** `GET /ws/v1/cluster/appstatistics`: how many applications there are by state, of one type or of all. */
import { Type, type Static } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { PUBLIC_STATES, publicState, type PublicState } from '../apps/application.js';
import type { Application } from '../apps/application-registry.js';
import { listOf, parseState } from './application-filter.js';

export const StatisticsSchema = Type.Object({
  states: Type.Optional(Type.String()),
  applicationTypes: Type.Optional(Type.String()),
});
export type StatisticsQuery = Static<typeof StatisticsSchema>;

interface StatisticsItem {
  state: PublicState;
  type: string;
  count: number;
}

/** @throws HTTP_BAD_REQUEST for an unknown state, or more than one type, as YARN */
export function applicationStatistics(applications: Iterable<Application>, query: StatisticsQuery): StatisticsItem[] {
  const states = listOf(query.states).map(parseState);
  const types = listOf(query.applicationTypes).map((type) => type.toLowerCase());
  if (types.length > 1) {
    throw new WeftError(
      'HTTP_BAD_REQUEST',
      `# of applicationTypes = ${types.length}, we temporarily support at most one applicationType`,
    );
  }
  const [type = '*'] = types;
  const counts = new Map<PublicState, number>(
    (states.length === 0 ? PUBLIC_STATES : states).map((state) => [state, 0]),
  );
  for (const { record } of applications) {
    const state = publicState(record);
    const count = counts.get(state);
    if (count === undefined || (type !== '*' && record.submission.type.toLowerCase() !== type)) continue;
    counts.set(state, count + 1);
  }
  return [...counts].map(([state, count]) => ({ state, type, count }));
}
