/** What must hold, whatever happened: looked at after each event, and at the end. */
import type { Cluster } from '../cluster/cluster.js';

export interface Check {
  /** After each event. @throws BrokenPromise */
  always?(): void;
  /** Once all is well and has had its time. @throws BrokenPromise */
  atEnd?(): void;
}

export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

export function promise(holds: boolean, otherwise: () => string): asserts holds {
  if (!holds) throw new BrokenPromise(otherwise());
}

export type CheckOf = (cluster: Cluster) => Check;
