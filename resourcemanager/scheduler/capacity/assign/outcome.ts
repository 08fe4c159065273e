/** What came of the try to place a container of an application on a node. */
import type { AskGroup, Locality } from '../../ask-table.js';
import type { Reservation } from '../../application.js';

export type Outcome =
  /** A container of the group fits and may be placed; a reservation elsewhere must be given up for it, perhaps. */
  | { kind: 'allocate'; group: AskGroup; locality: Locality; giveUp: Reservation | undefined }
  /** The node is to be kept for the group. */
  | { kind: 'reserve'; group: AskGroup; locality: Locality }
  | Skip;

/**
 * `locality`: this relation to the node does not do, a farther one may. `group`: the next group of asks is tried.
 * `application`: the next application is tried. `queue`: the queue has no headroom for it, and keeps what it has left.
 * `fifo`: nothing is placed, and whoever comes later in the queue must not overtake.
 */
export type Skip = { kind: 'skip'; by: 'locality' | 'group' | 'application' | 'queue' | 'fifo' };

export const SKIP_LOCALITY: Skip = { kind: 'skip', by: 'locality' };
export const SKIP_GROUP: Skip = { kind: 'skip', by: 'group' };
export const SKIP_APPLICATION: Skip = { kind: 'skip', by: 'application' };
export const SKIP_QUEUE: Skip = { kind: 'skip', by: 'queue' };
