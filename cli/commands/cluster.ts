/** `weft cluster --list-node-labels`: what there is in the cluster as a whole, with YARN's flags. */
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';

const OPTIONS = {
  'list-node-labels': { short: 'lnl', long: 'list-node-labels', description: 'Lists the node labels that there are' },
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
const SPEC: ActionSpec<keyof typeof OPTIONS> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};

/** @param argv what follows `weft cluster`. @returns the exit code */
export async function clusterInfoCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(actionHelp('weft cluster --list-node-labels', 'What there is in the cluster as a whole.', SPEC));
      return 0;
    }
    if (!options.has('list-node-labels') || options.words.length > 0) {
      throw badArguments('Please specify --list-node-labels.');
    }
    const labels = await withResourceManager(options, (client) => client.nodeLabels());
    const texts = labels.map(({ name, exclusivity }) => `<${name}:exclusivity=${exclusivity}>`);
    print(json ? JSON.stringify({ labels }) : `Node Labels: ${texts.join(',')}`);
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}
