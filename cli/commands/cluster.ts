/** `weft cluster --list-node-labels`: what there is in the cluster as a whole, with YARN's flags. */
import { clientCommand } from '../client/client-command.js';
import { badArguments } from '../program/option-parser.js';

export const clusterInfoCommand = clientCommand({
  usage: 'weft cluster --list-node-labels',
  about: 'What there is in the cluster as a whole.',
  options: {
    labels: { short: 'lnl', long: 'list-node-labels', description: 'Lists the node labels that there are' },
  },
  plan(options) {
    if (!options.has('labels')) throw badArguments('Please specify --list-node-labels.');
    return async (client) => {
      const labels = await client.nodeLabels();
      const texts = labels.map(({ name, exclusivity }) => `<${name}:exclusivity=${exclusivity}>`);
      return { text: `Node Labels: ${texts.join(',')}`, result: { labels } };
    };
  },
});
