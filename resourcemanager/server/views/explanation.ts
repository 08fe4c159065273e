import { isEnded, publicState } from '../../apps/application.js';
import type { Application } from '../../apps/application-registry.js';
import type { Gate } from '../../scheduler/index.js';
import type { ClusterView } from '../cluster-view.js';

interface Explanation {
  id: string;
  state: string;
  queue: string;
  /** One sentence. */
  verdict: string;
  pendingContainers: number;
  /** In the order in which the application meets them. */
  gates: Gate[];
}

/** Why an application waits: the Scheduler's gates on the way to its next container, each with its numbers. */
export function explanationOf({ record, attempts }: Application, view: ClusterView): Explanation {
  const nowMs = view.clock.nowMs();
  const gates = view.scheduler.explain(record.id, nowMs);
  const pendingContainers = view.scheduler.usage(record.id)?.pendingContainers ?? 0;
  const closed = gates.find(({ passed }) => !passed);
  return {
    id: record.id,
    state: publicState(record),
    queue: record.submission.queue,
    verdict: verdictOf(),
    pendingContainers,
    gates,
  };

  function verdictOf(): string {
    if (isEnded(record.state)) return `It is over: ${record.diagnostics || record.finalStatus}`;
    if (closed !== undefined && pendingContainers > 0)
      return `It waits at the gate "${closed.gate}": ${closed.message}`;
    if (pendingContainers > 0) return 'No gate holds it back: its containers come with the next scheduling.';
    return attempts.at(-1)?.state === 'LAUNCHED'
      ? 'It waits for nothing here: its AppMaster was started and has not registered yet.'
      : 'It waits for nothing: it has all the containers that it asked for.';
  }
}
