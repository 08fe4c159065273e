/** `weft rmadmin`: has a running ResourceManager read its queues again, and changes its node labels, with YARN's words. */
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec, type ParsedOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';

const OPTIONS = {
  refreshQueues: { short: 'refreshQueues', long: 'refreshQueues', description: 'Puts the queue files in force' },
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
  failOnUnknownNodes: {
    long: 'failOnUnknownNodes',
    description: 'With -replaceLabelsOnNode: refuses nodes that are not registered',
  },
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
type OptionName = keyof typeof OPTIONS;
const SPEC: ActionSpec<OptionName> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};
const ACTIONS = [
  'refreshQueues',
  'addToClusterNodeLabels',
  'removeFromClusterNodeLabels',
  'replaceLabelsOnNode',
] as const satisfies OptionName[];

/** @param argv what follows `weft rmadmin`. @returns the exit code */
export async function rmadminCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(actionHelp('weft rmadmin -refreshQueues | -…NodeLabels', 'Administers a running ResourceManager.', SPEC));
      return 0;
    }
    const action = actionOf(options);
    const { text, result } = await withResourceManager(options, action);
    print(json ? JSON.stringify(result) : text);
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}

interface Outcome {
  text: string;
  result: object;
}

/** @throws CLI_BAD_ARGUMENTS before anything is connected to */
function actionOf(options: ParsedOptions<OptionName>): (client: ResourceManagerClient) => Promise<Outcome> {
  const [surplus] = options.words;
  if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
  const [action, other] = ACTIONS.filter((name) => options.has(name));
  if (action === undefined || other !== undefined) {
    throw badArguments(`Please specify one of ${ACTIONS.map((name) => `-${name}`).join(', ')}.`);
  }
  const value = options.get(action) ?? '';
  switch (action) {
    case 'refreshQueues':
      return async (client) => {
        const { queues } = await client.refreshQueues();
        return { text: `The queues are in force: ${queues.join(', ')}`, result: { refreshed: true, queues } };
      };
    case 'addToClusterNodeLabels': {
      const labels = listOf(value).map(labelOf);
      return async (client) => {
        await client.addNodeLabels(labels);
        return { text: `Node labels added: ${labels.map(({ name }) => name).join(', ')}`, result: { labels } };
      };
    }
    case 'removeFromClusterNodeLabels': {
      const names = listOf(value);
      return async (client) => {
        await client.removeNodeLabels(names);
        return { text: `Node labels removed: ${names.join(', ')}`, result: { removed: names } };
      };
    }
    case 'replaceLabelsOnNode':
      return replacement(value, options.has('failOnUnknownNodes'));
  }
}

function replacement(value: string, onlyKnown: boolean): (client: ResourceManagerClient) => Promise<Outcome> {
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
