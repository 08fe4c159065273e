/** Whether an application whose AppMaster failed gets another attempt. Pure. */
import type { ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { ApplicationRecord } from './application.js';
import type { AttemptRecord } from './attempt.js';

/** A lost or preempted container is not the AppMaster's fault, and is not held against it (as in YARN). */
export function countsAsFailure(exit: ExitReason): boolean {
  return exit.kind !== 'node-lost' && exit.kind !== 'preempted';
}

/** How many failures count now: those within the validity interval, if there is one. */
export function countFailures(
  application: ApplicationRecord,
  attempts: readonly AttemptRecord[],
  nowMs: number,
): number {
  const { failuresValidityMs } = application.submission;
  return attempts.filter(
    (attempt) =>
      attempt.state === 'FAILED' &&
      attempt.countsAsFailure &&
      (failuresValidityMs <= 0 || nowMs - attempt.finishedMs <= failuresValidityMs),
  ).length;
}

/** Says what happened to the AppMaster, root cause last lines included. */
export function describeFailure(attempt: AttemptRecord, exit: ExitReason): string {
  const where = attempt.nodeId === undefined ? '' : ` on ${attempt.nodeId}`;
  const cause = exit.diagnostics === '' ? '' : ` ${exit.diagnostics}`;
  const how = `${exit.kind}, exit status ${exit.exitStatus}`;
  return `The AppMaster of attempt ${attempt.number}${where} ended (${how}).${cause}`;
}
