/** Whether an application whose AppMaster failed gets another attempt. Pure. */
import type { NodeId } from '../../runtime/common/ids.js';
import type { ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { ApplicationRecord } from './application.js';
import type { AttemptRecord } from './attempt.js';

/** A lost or preempted container is not the AppMaster's fault, and is not held against it (as in YARN). */
export function countsAsFailure(exit: ExitReason): boolean {
  return exit.kind !== 'node-lost' && exit.kind !== 'preempted';
}

/** Ends that say nothing of the node: it is gone, or somebody else, or the application's own hunger, ended it. */
const NOT_THE_NODES: readonly ExitReason['kind'][] = ['node-lost', 'preempted', 'memory', 'stopped', 'released'];

export function blamesNode(exit: ExitReason): boolean {
  return !NOT_THE_NODES.includes(exit.kind);
}

/** Nodes that the next AppMaster avoids: none when they are so many that it would find no place (as in YARN). */
export function nodesToAvoid(attempts: readonly AttemptRecord[], nodes: number, threshold: number): NodeId[] {
  const failed = attempts.flatMap((attempt) => (attempt.blamesNode === true ? (attempt.nodeId ?? []) : []));
  const distinct = [...new Set(failed)];
  return distinct.length < threshold * nodes ? distinct : [];
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
