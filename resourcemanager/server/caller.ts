/** Who calls: YARN's simple authentication, in which a caller names the user that it acts for. */
import { WeftError } from '../../runtime/common/errors/index.js';

/** Who acts when nobody says so: YARN's user of unauthenticated requests. */
const NOBODY = 'dr.who';

export interface ByUser {
  Querystring: { 'user.name'?: string };
}

/** The name goes into paths of logs, environments of processes and names of queues. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._@$+-]{0,254}$/u;

/** @throws HTTP_BAD_REQUEST */
export function userOf({ query }: { query: ByUser['Querystring'] }): string {
  const name: unknown = query['user.name'] ?? '';
  if (name === '') return NOBODY;
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new WeftError('HTTP_BAD_REQUEST', `user.name ${JSON.stringify(name)} is no name of a user.`, {
    hint: 'It has letters, digits and . _ @ $ + - only, at most 255, and is given once.',
  });
}
