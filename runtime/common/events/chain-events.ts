/**
 * The ten steps of the chain from a submission to a running, heartbeating job. Each leaves one structured event; the
 * events of an application travel up the heartbeat path (TaskManager → JobManager → AppMaster → ResourceManager), which
 * keeps them and shows them by `weft app -status ID --events` and `/ws/v1/weft/apps/{id}/events`.
 */
import { Type, type Static } from 'typebox';

export const CHAIN_STEPS = {
  1: 'application.submitted',
  2: 'appmaster.started',
  3: 'appmaster.registered',
  4: 'resources.requested',
  5: 'containers.allocated',
  6: 'jobmanager.started',
  7: 'taskmanager.started',
  8: 'heartbeat.taskmanager-jobmanager',
  9: 'heartbeat.jobmanager-appmaster',
  10: 'heartbeat.appmaster-resourcemanager',
} as const;
export type ChainStep = keyof typeof CHAIN_STEPS;

export const ChainEventSchema = Type.Object({
  step: Type.Integer({ minimum: 1, maximum: 10 }),
  name: Type.String(),
  /** Epoch milliseconds at the process that saw it. */
  timeMs: Type.Number(),
  /** Which role saw it, with its process id. */
  role: Type.String(),
  pid: Type.Integer(),
  applicationId: Type.String(),
  /** The ids that matter in this step: attempt, container, node, job, taskManager … and its figures (slots, memoryMb). */
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
});
export type ChainEvent = Static<typeof ChainEventSchema>;

export function chainEvent(
  step: ChainStep,
  role: string,
  timeMs: number,
  applicationId: string,
  detail: ChainEvent['detail'],
): ChainEvent {
  return { step, name: CHAIN_STEPS[step], timeMs, role, pid: process.pid, applicationId, detail };
}
