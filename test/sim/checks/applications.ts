/** No application is lost or doubled, what has ended stays ended, and in the end all have. */
import type { ApplicationId } from '../../../runtime/common/ids.js';
import { isEnded } from '../../../resourcemanager/apps/application.js';
import type { CheckOf } from './check.js';
import { promise } from './check.js';

export const applications: CheckOf = ({ resourceManager, clients }) => {
  const ends = new Map<ApplicationId, string>();
  let looked = 0;
  return {
    always: () => {
      const { view } = resourceManager;
      if (view === undefined || looked++ % 8 !== 0) return;
      for (const id of clients.acknowledged) {
        promise(view.applications.get(id) !== undefined, () => `${id} was accepted, and nobody knows it any more`);
      }
      for (const { record, attempts } of view.applications.all()) {
        const end = ends.get(record.id);
        promise(end === undefined || end === record.state, () => `${record.id} was ${end}, and is ${record.state}`);
        const open = attempts.filter(({ state }) => !['FINISHED', 'FAILED', 'KILLED'].includes(state));
        promise(open.length <= 1, () => `${record.id} has ${open.length} attempts at once`);
        promise(
          !isEnded(record.state) || open.length === 0,
          () => `${record.id} has ended, and ${open[0]?.id} has not`,
        );
      }
    },
    atEnd: () => {
      const { view } = resourceManager;
      promise(view !== undefined, () => 'no ResourceManager leads');
      promise(clients.pending === 0, () => `${clients.pending} submissions were never answered`);
      for (const { record, attempts } of view.applications.all()) {
        const { id, state, finalStatus } = record;
        promise(isEnded(state), () => {
          const latest = attempts.at(-1);
          return `${id} has not ended: it is ${state}, attempt ${latest?.number} ${latest?.state}. ${record.diagnostics}`;
        });
        const isDone = finalStatus === 'SUCCEEDED' || (clients.killed.has(id) && finalStatus === 'KILLED');
        promise(isDone, () => `${id} has ended as ${finalStatus}. ${record.diagnostics}`);
      }
    },
  };
};

/** Everything goes back: no container is left anywhere, and all nodes are there. */
export const returned: CheckOf = ({ resourceManager, nodes }) => ({
  atEnd: () => {
    const { view } = resourceManager;
    promise(view !== undefined, () => 'no ResourceManager leads');
    const registered = view.nodes.all().filter(({ state }) => state === 'RUNNING');
    promise(registered.length === nodes.length, () => `${registered.length} of ${nodes.length} nodes are there`);
    for (const node of registered) {
      const left = view.containers.ofNode(node.id).map(({ id, state }) => `${id} ${state}`);
      promise(left.length === 0, () => `still given away of ${node.id}: ${left.join(', ')}`);
    }
    for (const { containers, host, manager } of nodes) {
      const left = [...containers].map(({ process }) => process.name);
      promise(left.length === 0, () => `still running on ${host.name}: ${left.join(', ')}`);
      const open = manager?.containers.list().filter(({ state }) => state !== 'COMPLETE') ?? [];
      promise(
        open.length === 0,
        () => `${host.name} still has ${open.map(({ containerId }) => containerId).join(', ')}`,
      );
    }
  },
});
