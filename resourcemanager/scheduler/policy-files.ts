/** The files that say how resources are shared, read and parsed already: the Scheduler does no I/O. */
import type { RawEntry } from '../../runtime/common/config/configuration.js';

export interface PolicyFiles {
  /** `yarn-site.xml`. */
  readonly site: ReadonlyMap<string, RawEntry>;
  /** `capacity-scheduler.xml`. */
  readonly capacity: ReadonlyMap<string, RawEntry>;
  /** `fair-scheduler.xml`, unparsed; undefined if there is none. */
  readonly allocations: { readonly text: string; readonly path: string } | undefined;
}

export const NO_POLICY_FILES: PolicyFiles = { site: new Map(), capacity: new Map(), allocations: undefined };
