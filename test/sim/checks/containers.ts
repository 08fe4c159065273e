/** No container is lost, doubled, or more than its node can hold. */
import type { CheckOf } from './check.js';
import { promise } from './check.js';
import { EXPIRY_MS } from '../cluster/cluster.js';
import { shortName } from '../cluster/sim-launcher.js';

/** The ResourceManager's books: what it has given away of each node is no more than the node has, and all parts agree. */
export const books: CheckOf = ({ resourceManager }) => {
  let looked = 0;
  return {
    always: () => {
      const { view } = resourceManager;
      if (view === undefined) return;
      // Sums over all containers are dear; nothing that is wrong for a moment only is worth them.
      const isSumDue = looked++ % 8 === 0;
      if (!isSumDue) return;
      for (const node of view.nodes.all()) {
        const containers = view.containers.ofNode(node.id);
        const usedMb = containers.reduce((sum, { resource }) => sum + resource.memoryMb, 0);
        promise(usedMb <= node.capacity.memoryMb, () => `${usedMb} MB are given away of ${node.id}, which has fewer`);
        const known = view.scheduler.nodeUsage(node.id);
        if (known === undefined) continue;
        promise(known.used.memoryMb === usedMb, () => {
          return `the Scheduler believes that ${known.used.memoryMb} MB of ${node.id} are used; they are ${usedMb}`;
        });
      }
    },
  };
};

/** How long more may run on a node than fits it: what is being ended takes its time, and so does the word that it must. */
const OVERLAP_MS = 3 * EXPIRY_MS;

/** A container runs once, and the processes of a node fit it. */
export const processes: CheckOf = ({ nodes, kernel }) => {
  const pids = new Map<string, string>();
  const tooMuchSinceMs = new Map<string, number>();
  return {
    always: () => {
      for (const { containers, host, memoryMb } of nodes) {
        let usedMb = 0;
        for (const { process, record } of containers) {
          const { containerId } = record;
          const self = `${process.pid}@${host.name}`;
          const known = pids.get(containerId) ?? self;
          promise(known === self, () => `${shortName(containerId)} was started twice: as ${known} and as ${self}`);
          pids.set(containerId, self);
          usedMb += record.resource.memoryMb;
        }
        if (usedMb <= memoryMb) tooMuchSinceMs.delete(host.name);
        else {
          const sinceMs = tooMuchSinceMs.get(host.name) ?? kernel.nowMs;
          tooMuchSinceMs.set(host.name, sinceMs);
          const lastsMs = kernel.nowMs - sinceMs;
          promise(
            lastsMs < OVERLAP_MS,
            () => `${usedMb} MB run on ${host.name}, which has ${memoryMb}, for ${lastsMs} ms`,
          );
        }
      }
    },
  };
};
