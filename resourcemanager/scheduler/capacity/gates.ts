/** The gates of queue and user on an application's way to its next container, in order, with the numbers. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { AskGroup } from '../ask-table.js';
import type { Gate, GateName } from '../refusals.js';
import { add, describe, exceeding } from '../resources.js';
import { mayAccess } from './admission.js';
import type { CapacityApplication } from './application.js';
import type { CapacityContext } from './context.js';
import type { ParallelApps } from './parallel-apps.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { QueueBase } from './queues/queue.js';

export function gatesOfQueue(
  context: CapacityContext,
  parallelApps: ParallelApps,
  application: CapacityApplication,
  group: AskGroup | undefined,
): Gate[] {
  const { leaf } = application;
  const gates = [
    gateOfAccess(context, application),
    gate('placement', true, `It was placed in ${leaf.path}.`),
    gateOfState(leaf),
    gateOfNumber(leaf, application.user),
    gateOfParallelApps(parallelApps, application),
  ];
  if (application.state === 'held') return gates;
  gates.push(gateOfAmShare(application));
  if (application.state === 'pending' || group === undefined) return gates;
  return [...gates, gateOfLabel(leaf, group), gateOfUser(application, group), ...gatesOfCapacity(leaf, group)];
}

function gateOfAccess(context: CapacityContext, { leaf, user }: CapacityApplication): Gate {
  const passed = mayAccess(context, leaf, user, [], 'submit');
  const how = context.configuration.aclEnabled ? 'may submit to' : 'may submit to (yarn.acl.enable is off)';
  // Groups are known at submission only; whoever is here was let in then.
  return gate('acl', true, passed ? `${user} ${how} ${leaf.path}.` : `${user} was let into ${leaf.path} by a group.`);
}

function gateOfState(leaf: LeafQueue): Gate {
  const message = `${leaf.path} is ${leaf.state}${leaf.state === 'RUNNING' ? '' : ': what it has runs to its end'}.`;
  return gate('queue-state', true, message);
}

function gateOfNumber(leaf: LeafQueue, user: string): Gate {
  const { applications, maximumApplications, maximumApplicationsPerUser } = leaf;
  const ofUser = `${leaf.applicationsOf(user)} of at most ${maximumApplicationsPerUser} of ${user}`;
  return gate(
    'maximum-applications',
    true,
    `${leaf.path} has ${applications} of at most ${maximumApplications} applications, ${ofUser}.`,
  );
}

function gateOfParallelApps(parallelApps: ParallelApps, application: CapacityApplication): Gate {
  const { leaf, state } = application;
  if (state !== 'held') {
    const { runnableApplications, config } = leaf;
    const message = `${leaf.path} runs ${runnableApplications} of at most ${config.maxParallelApps} applications at a time.`;
    return gate('maximum-parallel-applications', true, message);
  }
  const obstacle = parallelApps.obstacle(application);
  const message =
    obstacle === undefined
      ? 'It waits for its attempt to begin.'
      : `${obstacle.of} runs ${obstacle.running} applications, and ${obstacle.limit} is the limit.`;
  return gate('maximum-parallel-applications', false, message, 'It begins when another application has ended.');
}

function gateOfAmShare(application: CapacityApplication): Gate {
  const { leaf, amSize, amLabel, state, user } = application;
  const { amUsed, amLimit } = leaf.partition(amLabel);
  const ofQueue = `AppMasters in ${leaf.path} use ${describe(amUsed)} of at most ${describe(amLimit)}`;
  if (state === 'active') return gate('am-share', true, `${ofQueue}, this one ${describe(amSize)}.`);
  const refusal = leaf.amRefusal(application);
  if (refusal === undefined) {
    if (leaf.context.cluster.memoryMb === 0) {
      return gate('am-share', false, 'The cluster has no nodes yet.', 'Start a NodeManager.');
    }
    // As in Hadoop, limits that grew are acted on when something of the queue or the cluster changes.
    return gate('am-share', false, `${ofQueue}, and there is room for it now.`, 'It begins with the next change.');
  }
  const whose = refusal.of === 'queue' ? leaf.path : `${user} in ${leaf.path}`;
  return gate(
    'am-share',
    false,
    `AppMasters of ${whose} would use ${describe(refusal.needed)} with this one, and ${describe(refusal.limit)} is the limit.`,
    'It begins when another application has ended; maximum-am-resource-percent sets the share.',
  );
}

function gateOfLabel(leaf: LeafQueue, { label }: AskGroup): Gate {
  if (label === '') return gate('label', true, 'It asks for nodes without a label.');
  const passed = leaf.canAccess(label);
  const message = `${leaf.path} ${passed ? 'may' : 'may not'} use nodes with the label ${label}.`;
  return gate('label', passed, message, 'Add the label to accessible-node-labels of the queue.');
}

function gateOfUser(application: CapacityApplication, { label }: AskGroup): Gate {
  const { leaf, user } = application;
  const own = leaf.userOf(application);
  const limit = leaf.users.limitOf(own, label, 'respected');
  const used = own.usedOf(label);
  const { calculator, cluster } = leaf.context;
  const passed = calculator.compare(cluster, used, limit) <= 0;
  const users = `${leaf.users.activeCount} active ${leaf.users.activeCount === 1 ? 'user' : 'users'}`;
  const message = `${user} uses ${describe(used)} of ${describe(limit)} in ${leaf.path} (${users}).`;
  return gate('user-limit', passed, message, 'Containers of the user must end; or raise user-limit-factor.');
}

/** The queue itself, then each queue above it. */
function gatesOfCapacity(leaf: LeafQueue, group: AskGroup): Gate[] {
  const gates: Gate[] = [];
  for (const queue of leaf.lineage) {
    gates.push(gateOfCapacity(leaf, queue, group));
  }
  return gates;
}

function gateOfCapacity(leaf: LeafQueue, queue: QueueBase, { label, resource }: AskGroup): Gate {
  const { used, maximum, guaranteed } = queue.partition(label);
  const needed: Resource = add(used, resource);
  const passed = leaf.context.calculator.fits(needed, maximum);
  const lacking = exceeding(needed, maximum).join(' and ');
  const name: GateName = queue === leaf ? 'queue-capacity' : 'parent-capacity';
  const message =
    `${queue.path} uses ${describe(used)} of at most ${describe(maximum)} (guaranteed ${describe(guaranteed)})` +
    (passed ? '.' : `: one more container exceeds it in ${lacking}.`);
  return gate(name, passed, message, `Containers in ${queue.path} must end; or raise its maximum-capacity.`);
}

function gate(name: GateName, passed: boolean, message: string, remedy?: string): Gate {
  return passed || remedy === undefined ? { gate: name, passed, message } : { gate: name, passed, message, remedy };
}
