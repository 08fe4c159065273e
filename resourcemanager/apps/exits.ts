/** Ends of containers that the ResourceManager decides, or concludes. Pure. */
import { EXIT_STATUS, type EndedBy, type ExitReason } from '../../runtime/common/wire/protocols/index.js';

export function stopped(by: EndedBy, diagnostics: string): ExitReason {
  const exitStatus = by === 'appmaster' ? EXIT_STATUS.stoppedByAppMaster : EXIT_STATUS.stoppedByResourceManager;
  return { kind: 'stopped', exitStatus, diagnostics, by };
}

/** Its application is over. */
export function stoppedAfter(diagnostics: string): ExitReason {
  return { kind: 'stopped', exitStatus: EXIT_STATUS.stoppedAfterApplication, diagnostics, by: 'resourcemanager' };
}

/** Nobody needs it any more. */
export function released(by: EndedBy, diagnostics: string): ExitReason {
  return { kind: 'released', exitStatus: EXIT_STATUS.aborted, diagnostics, by };
}

/** It gave way to others. */
export function preempted(diagnostics: string): ExitReason {
  return { kind: 'preempted', exitStatus: EXIT_STATUS.preempted, diagnostics, by: 'scheduler' };
}

/** It is gone with its node. */
export function withNode(diagnostics: string): ExitReason {
  return { kind: 'node-lost', exitStatus: EXIT_STATUS.aborted, diagnostics };
}
