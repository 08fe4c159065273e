/** The gates of queue and user on an application's way to its next container, in order, with the numbers. */
import type { AskGroup } from '../ask-table.js';
import type { Gate, GateName } from '../refusals.js';
import { add, describe, exceeding, isNothing } from '../resources.js';
import type { FairApplication } from './application.js';
import type { FairContext } from './context.js';
import type { QueueBase } from './queues/queue.js';
import type { RunningApps } from './running-apps.js';

export function gatesOfQueue(
  context: FairContext,
  runningApps: RunningApps,
  application: FairApplication,
  group: AskGroup | undefined,
): Gate[] {
  const { leaf, user } = application;
  const how = context.settings.aclEnabled ? 'was let into' : 'may submit (yarn.acl.enable is off) to';
  const gates = [
    gate('acl', true, `${user} ${how} ${leaf.path}.`),
    gate('placement', true, `It was placed in ${leaf.path}${leaf.isDynamic ? ', which was made for it' : ''}.`),
    gateOfRunningApps(runningApps, application),
  ];
  if (!application.isRunnable) return gates;
  const amShare = gateOfAmShare(application, group);
  gates.push(amShare);
  if (!amShare.passed || group === undefined) return gates;
  gates.push(...leaf.lineage.map((queue) => gateOfMaximum(queue, queue === leaf, group)));
  return [...gates, gateOfFairShare(application)];
}

function gateOfRunningApps(runningApps: RunningApps, { leaf, user, isRunnable }: FairApplication): Gate {
  const name = 'maximum-parallel-applications';
  if (isRunnable) {
    const { runnableApplications, config } = leaf;
    return gate(
      name,
      true,
      `${leaf.path} runs ${runnableApplications} of at most ${config.maxRunningApps} applications.`,
    );
  }
  const obstacle = runningApps.obstacle(leaf, user);
  const message =
    obstacle === undefined
      ? 'It waits for its attempt to begin.'
      : `${obstacle.of} runs ${obstacle.running} applications, and ${obstacle.limit} is the limit (maxRunningApps).`;
  return gate(name, false, message, 'It begins when another application has ended; or raise maxRunningApps.');
}

function gateOfAmShare(application: FairApplication, group: AskGroup | undefined): Gate {
  const { leaf } = application;
  const limit = leaf.amLimitNow();
  if (!application.awaitsAppMaster || group === undefined) {
    const message = `AppMasters in ${leaf.path} use ${describe(leaf.amUsage)} of at most ${describe(limit)}.`;
    return gate('am-share', true, message);
  }
  const passed = leaf.mayRunAppMaster(group.resource);
  const needed = describe(add(leaf.amUsage, group.resource));
  const message = `AppMasters in ${leaf.path} would use ${needed} with this one, and ${describe(limit)} is the limit (maxAMShare).`;
  return gate('am-share', passed, message, 'It begins when another application has ended; or raise maxAMShare.');
}

function gateOfMaximum(queue: QueueBase, isOwn: boolean, { resource }: AskGroup): Gate {
  const passed = queue.hasRoomFor(resource);
  const lacking = exceeding(add(queue.usage, resource), queue.maxShare).join(' and ');
  const message =
    `${queue.path} uses ${describe(queue.usage)} of at most ${describe(queue.maxShare)}` +
    (passed ? '.' : `: one more container exceeds it in ${lacking}.`);
  const name: GateName = isOwn ? 'queue-capacity' : 'parent-capacity';
  return gate(name, passed, message, `Containers in ${queue.path} must end; or raise its maxResources.`);
}

/** Nobody is stopped by it: it says how soon one's turn comes. */
function gateOfFairShare({ leaf, usage, fairShare }: FairApplication): Gate {
  const minimum = isNothing(leaf.minShare) ? '' : ` (minimum ${describe(leaf.minShare)})`;
  return gate(
    'fair-share',
    true,
    `It uses ${describe(usage)}, and its fair share is ${describe(fairShare)}; ${leaf.path} uses ` +
      `${describe(leaf.usage)} of a fair share of ${describe(leaf.fairShare)}${minimum}.`,
  );
}

function gate(name: GateName, passed: boolean, message: string, remedy?: string): Gate {
  return passed || remedy === undefined ? { gate: name, passed, message } : { gate: name, passed, message, remedy };
}
