/** Who calls: YARN's simple authentication, in which a caller names the user that it acts for. */

/** Who acts when nobody says so: YARN's user of unauthenticated requests. */
const NOBODY = 'dr.who';

export interface ByUser {
  Querystring: { 'user.name'?: string };
}

export function userOf({ query }: { query: ByUser['Querystring'] }): string {
  const name = query['user.name'] ?? '';
  return name === '' ? NOBODY : name;
}
