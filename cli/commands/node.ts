/**
 * `weft node -list | -status ID`: the NodeManagers of the cluster, with YARN's flags; and `-decommission ID`, which sends one
 * away without a file.
 */
import { clientCommand, theOneOf, type Outcome } from '../client/client-command.js';
import { departed } from '../client/departures.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { timeoutSecondsOf } from '../client/timeout-seconds.js';
import type { ParsedOptions } from '../program/option-parser.js';
import { renderNode, renderNodes } from '../render/nodes.js';

const ALL_STATES = 'NEW,RUNNING,UNHEALTHY,DECOMMISSIONED,LOST,REBOOTED,DECOMMISSIONING,SHUTDOWN';

export const nodeCommand = clientCommand({
  usage: 'weft node -list | -status | -decommission | -recommission <node id>',
  about: 'The NodeManagers of the cluster.',
  options: {
    list: { long: 'list', description: 'Lists the nodes that are part of the cluster' },
    states: { long: 'states', value: 'states', description: 'With -list: nodes in these states, separated by commas' },
    all: { long: 'all', description: 'With -list: also nodes that are gone' },
    showDetails: { long: 'showDetails', description: 'With -list: labels, and what each node has and uses' },
    status: { long: 'status', value: 'node id', description: 'Shows one node' },
    decommission: {
      long: 'decommission',
      value: 'node id',
      description: 'Sends a node away: it gets nothing new, and goes when what runs there has ended',
    },
    timeout: {
      long: 'timeout',
      value: 'seconds',
      description: 'With -decommission: when it goes at the latest; 0: at once, -1: however long it takes',
    },
    wait: { long: 'wait', description: 'With -decommission: until it has gone' },
    recommission: { long: 'recommission', value: 'node id', description: 'Lets a node come back' },
  },
  plan(options) {
    const action = theOneOf(options, ['list', 'status', 'decommission', 'recommission']);
    if (action === 'decommission') return sendAway(options);
    if (action === 'recommission') return letBack(options.get('recommission') ?? '');
    const id = options.get('status');
    const states = options.has('all') ? ALL_STATES : options.get('states');
    return async (client) => {
      if (id === undefined) {
        const nodes = await client.nodes(states);
        return { text: renderNodes(nodes, options.has('showDetails')), result: { nodes } };
      }
      const node = await client.node(id);
      return { text: renderNode(node), result: node };
    };
  },
});

type Act = (client: ResourceManagerClient) => Promise<Outcome>;

function sendAway(options: ParsedOptions<'decommission' | 'timeout' | 'wait'>): Act {
  const id = options.get('decommission') ?? '';
  const timeout = timeoutSecondsOf(options.get('timeout'));
  const grace = timeout.timeoutSeconds === 0 ? {} : { graceful: true, ...timeout };
  return async (client) => departed(client, await client.decommission(id, grace), options.has('wait'));
}

function letBack(id: string): Act {
  return async (client) => {
    const refusal = await client.recommission(id);
    const text = refusal === undefined ? `${id} may be part of the cluster.` : `${id} may not come back: ${refusal}.`;
    return { text, result: { nodeId: id, ...(refusal === undefined ? {} : { refusal }) } };
  };
}
