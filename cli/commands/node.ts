/** `weft node -list | -status ID`: the NodeManagers of the cluster, with YARN's flags. */
import type { NodeReport } from '../client/application-report.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec, type ParsedOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import { renderNode, renderNodes } from '../render/nodes.js';

const OPTIONS = {
  list: { long: 'list', description: 'Lists the nodes that are part of the cluster' },
  states: { long: 'states', value: 'states', description: 'With -list: nodes in these states, separated by commas' },
  all: { long: 'all', description: 'With -list: also nodes that are gone' },
  showDetails: { long: 'showDetails', description: 'With -list: labels, and what each node has and uses' },
  status: { long: 'status', value: 'node id', description: 'Shows one node' },
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
type Options = ParsedOptions<keyof typeof OPTIONS>;
const SPEC: ActionSpec<keyof typeof OPTIONS> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};
const ALL_STATES = 'NEW,RUNNING,UNHEALTHY,DECOMMISSIONED,LOST,REBOOTED,DECOMMISSIONING,SHUTDOWN';

/** @param argv what follows `weft node`. @returns the exit code */
export async function nodeCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(actionHelp('weft node -list | -status <node id>', 'The NodeManagers of the cluster.', SPEC));
      return 0;
    }
    const [surplus] = options.words;
    if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
    if (options.has('list') === options.has('status')) {
      throw badArguments('Please specify -list, or -status <node id>.');
    }
    const report = await withResourceManager(options, (client) => look(client, options));
    if (json) print(JSON.stringify(Array.isArray(report) ? { nodes: report } : report));
    else print(Array.isArray(report) ? renderNodes(report, options.has('showDetails')) : renderNode(report));
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}

async function look(client: ResourceManagerClient, options: Options): Promise<NodeReport | NodeReport[]> {
  const id = options.get('status');
  if (id !== undefined) return client.node(id);
  return client.nodes(options.has('all') ? ALL_STATES : options.get('states'));
}
