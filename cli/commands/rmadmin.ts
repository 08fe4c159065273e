/** `weft rmadmin`: has a running ResourceManager read its queues again, and changes its node labels, with YARN's words. */
import { clientCommand, theOneOf, type Outcome } from '../client/client-command.js';
import { departed } from '../client/departures.js';
import { allServiceStates, serviceState, transition } from '../client/service-states.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { timeoutSecondsOf } from '../client/timeout-seconds.js';
import { badArguments } from '../program/option-parser.js';

type Change = (client: ResourceManagerClient) => Promise<Outcome>;

export const rmadminCommand = clientCommand({
  usage:
    'weft rmadmin -refreshQueues | -refreshNodes [-g [seconds] [-client]] | -…NodeLabels | -get…ServiceState | -transitionTo…',
  about: 'Administers a running ResourceManager.',
  options: {
    refreshQueues: { short: 'refreshQueues', long: 'refreshQueues', description: 'Puts the queue files in force' },
    refreshNodes: {
      short: 'refreshNodes',
      long: 'refreshNodes',
      description: 'Puts the include and exclude files of hosts in force; excluded nodes go at once',
    },
    graceful: {
      short: 'g',
      long: 'graceful',
      description: 'With -refreshNodes: they go when what runs there has ended, or after so many seconds (-1: never)',
    },
    client: { short: 'client', long: 'client', description: 'With -g: waits until they have gone' },
    server: { short: 'server', long: 'server', description: 'With -g: does not wait (this is the default)' },
    addToClusterNodeLabels: {
      long: 'addToClusterNodeLabels',
      value: 'labels',
      description: 'Adds node labels: "a,b(exclusive=false)"; exclusive unless told otherwise',
    },
    removeFromClusterNodeLabels: {
      long: 'removeFromClusterNodeLabels',
      value: 'labels',
      description: 'Removes node labels, separated by commas',
    },
    replaceLabelsOnNode: {
      long: 'replaceLabelsOnNode',
      value: 'nodes',
      description: 'Gives nodes their labels: "host1=a host2:port=b host3"; without a label a node has none',
    },
    getServiceState: { long: 'getServiceState', value: 'id', description: 'Whether this ResourceManager leads' },
    getAllServiceState: { long: 'getAllServiceState', description: 'Which ResourceManager leads, and which stand by' },
    transitionToActive: { long: 'transitionToActive', value: 'id', description: 'Has this ResourceManager lead' },
    transitionToStandby: { long: 'transitionToStandby', value: 'id', description: 'Has this ResourceManager stand by' },
    forcemanual: {
      long: 'forcemanual',
      description: 'With -transitionTo…: although failover is automatic',
    },
    failOnUnknownNodes: {
      long: 'failOnUnknownNodes',
      description: 'With -replaceLabelsOnNode: refuses nodes that are not registered',
    },
  },
  words: 1,
  plan(options) {
    const force = options.has('forcemanual');
    const action = theOneOf(options, [
      'refreshQueues',
      'refreshNodes',
      'addToClusterNodeLabels',
      'removeFromClusterNodeLabels',
      'replaceLabelsOnNode',
      'getServiceState',
      'getAllServiceState',
      'transitionToActive',
      'transitionToStandby',
    ]);
    const [timeout] = options.words;
    if (timeout !== undefined && !options.has('graceful')) throw badArguments(`Unrecognized argument: ${timeout}`);
    const value = options.get(action) ?? '';
    switch (action) {
      case 'refreshNodes': {
        const grace = options.has('graceful') ? { graceful: true, ...timeoutSecondsOf(timeout) } : {};
        const waits = options.has('client') && !options.has('server');
        return async (client) => departed(client, await client.refreshNodes(grace), waits);
      }
      case 'addToClusterNodeLabels':
        return addition(value);
      case 'removeFromClusterNodeLabels':
        return removal(value);
      case 'replaceLabelsOnNode':
        return replacement(value, options.has('failOnUnknownNodes'));
      case 'getServiceState':
        return () => serviceState(value);
      case 'getAllServiceState':
        return allServiceStates;
      case 'transitionToActive':
        return () => transition(value, 'active', force);
      case 'transitionToStandby':
        return () => transition(value, 'standby', force);
      default:
        return refresh;
    }
  },
});

const refresh: Change = async (client) => {
  const { queues } = await client.refreshQueues();
  return { text: `The queues are in force: ${queues.join(', ')}`, result: { refreshed: true, queues } };
};

function addition(value: string): Change {
  const labels = listOf(value).map(labelOf);
  return async (client) => {
    await client.addNodeLabels(labels);
    return { text: `Node labels added: ${labels.map(({ name }) => name).join(', ')}`, result: { labels } };
  };
}

function removal(value: string): Change {
  const names = listOf(value);
  return async (client) => {
    await client.removeNodeLabels(names);
    return { text: `Node labels removed: ${names.join(', ')}`, result: { removed: names } };
  };
}

function replacement(value: string, onlyKnown: boolean): Change {
  const nodes = value
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(nodeOf);
  if (nodes.length === 0) throw badArguments('Please specify at least one node.');
  return async (client) => {
    if (onlyKnown) {
      const known = (await client.nodes()).map(({ id }) => id);
      const unknown = nodes.find(({ nodeId }) => !known.some((id) => id === nodeId || id.startsWith(`${nodeId}:`)));
      if (unknown !== undefined)
        throw badArguments(`There is no node ${unknown.nodeId}; there is ${known.join(', ')}.`);
    }
    await client.replaceNodeLabels(nodes);
    const text = nodes.map(({ nodeId, labels }) => `${nodeId} has ${labels[0] ?? 'no label'}`).join('\n');
    return { text, result: { nodes } };
  };
}

function listOf(text: string): string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw badArguments('Please specify at least one node label.');
  return items;
}

/** `a` or `a(exclusive=false)` */
function labelOf(text: string): { name: string; exclusivity: boolean } {
  const match = /^([^()]+?)\s*(?:\(\s*exclusive\s*=\s*(true|false)\s*\))?$/i.exec(text);
  if (match === null) throw badArguments(`"${text}" is no node label; write a, or a(exclusive=false).`);
  return { name: match[1] ?? '', exclusivity: match[2]?.toLowerCase() !== 'false' };
}

/** `host=label`, `host:port=label`, or without a label; older Hadoop wrote `host,label`. */
function nodeOf(text: string): { nodeId: string; labels: string[] } {
  const [nodeId = '', ...labels] = text.split(/[=,]/).map((part) => part.trim());
  if (nodeId === '') throw badArguments(`"${text}" names no node; write host=label.`);
  return { nodeId, labels: labels.filter((label) => label !== '') };
}
