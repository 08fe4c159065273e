/** `weft node -list | -status ID`: the NodeManagers of the cluster, with YARN's flags. */
import { clientCommand, theOneOf } from '../client/client-command.js';
import { renderNode, renderNodes } from '../render/nodes.js';

const ALL_STATES = 'NEW,RUNNING,UNHEALTHY,DECOMMISSIONED,LOST,REBOOTED,DECOMMISSIONING,SHUTDOWN';

export const nodeCommand = clientCommand({
  usage: 'weft node -list | -status <node id>',
  about: 'The NodeManagers of the cluster.',
  options: {
    list: { long: 'list', description: 'Lists the nodes that are part of the cluster' },
    states: { long: 'states', value: 'states', description: 'With -list: nodes in these states, separated by commas' },
    all: { long: 'all', description: 'With -list: also nodes that are gone' },
    showDetails: { long: 'showDetails', description: 'With -list: labels, and what each node has and uses' },
    status: { long: 'status', value: 'node id', description: 'Shows one node' },
  },
  plan(options) {
    theOneOf(options, ['list', 'status']);
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
