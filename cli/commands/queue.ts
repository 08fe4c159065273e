/** `weft queue check FILE [--against URL]`: whether a queue file is right; `-list`, `-status NAME`: the queues in force. */
import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { WeftError } from '../../runtime/common/errors/index.js';
import { nodeId } from '../../runtime/common/ids.js';
import { parseHadoopXml, refuseHarmfulXml } from '../../runtime/common/config/hadoop-xml.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import {
  NO_POLICY_FILES,
  createScheduler,
  type PolicyFiles,
  type QueueView,
  type Scheduler,
} from '../../resourcemanager/scheduler/index.js';
import { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print, warn } from '../output.js';
import { badArguments, parseOptions, type ActionSpec } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import { renderQueue, renderQueueDifferences, renderQueues, renderQueuesInForce } from '../render/queues.js';

const OPTIONS = {
  list: { long: 'list', description: 'Shows all queues of a running ResourceManager' },
  status: { long: 'status', value: 'queue', description: 'Shows a queue of a running ResourceManager' },
  rm: { long: 'rm', value: 'url', description: 'With -list and -status: address of the ResourceManager' },
  against: { long: 'against', value: 'url', description: 'Shows the differences to a running ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
const SPEC: ActionSpec<keyof typeof OPTIONS> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};
const USAGE = 'weft queue check <file> [--against <url>] | -list | -status <queue>';

/** A cluster to show shares of where no live one is named. */
const PRETENDED: Resource = { memoryMb: 1_000_000, vcores: 1000 };

/** @param argv what follows `weft queue`. @returns the exit code */
export async function queueCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(
        actionHelp(USAGE, 'Checks capacity-scheduler.xml or fair-scheduler.xml, or shows the queues in force.', SPEC),
      );
      return 0;
    }
    const named = options.get('status');
    if (named !== undefined) {
      const queue = queueNamed(named, (await withResourceManager(options, (client) => client.queues())).tree);
      print(json ? JSON.stringify(queue) : renderQueue(queue));
      return 0;
    }
    if (options.has('list')) {
      const { tree } = await withResourceManager(options, (client) => client.queues());
      print(json ? JSON.stringify(tree) : renderQueuesInForce(tree));
      return 0;
    }
    const [action, file, surplus] = options.words;
    if (action !== 'check' || file === undefined || surplus !== undefined)
      throw badArguments(`Please specify: ${USAGE}.`);
    const against = options.get('against');
    const live = against === undefined ? undefined : await liveQueues(against);
    const scheduler = schedulerOf(file, live?.capacity ?? PRETENDED);
    const tree = scheduler.queueTree();
    if (json) print(JSON.stringify({ file, warnings: scheduler.warnings, queues: tree }));
    else {
      for (const warning of scheduler.warnings) warn(warning);
      print(`${basename(file)} is right: ${scheduler.queues.length} queues take applications.`);
      print(renderQueues(tree));
      if (live !== undefined) print(renderQueueDifferences(live.tree, tree));
    }
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}

/** By its path, or by its name where that is enough. @throws RM_UNKNOWN_QUEUE */
function queueNamed(name: string, root: QueueView): QueueView {
  const all = withChildren(root);
  const byName = all.filter((queue) => queue.name === name);
  const found = all.find(({ path }) => path === name) ?? (byName.length === 1 ? byName[0] : undefined);
  if (found !== undefined) return found;
  const paths = all.map(({ path }) => path).join(', ');
  throw new WeftError('RM_UNKNOWN_QUEUE', `There is no queue "${name}"; there is ${paths}.`, { subject: name });
}

function withChildren(queue: QueueView): QueueView[] {
  return [queue, ...queue.children.flatMap(withChildren)];
}

async function liveQueues(url: string): Promise<{ tree: QueueView; capacity: Resource }> {
  const client = new ResourceManagerClient(url);
  try {
    return await client.queues();
  } finally {
    client.close();
  }
}

/** @throws CONFIG_BAD_FILE, RM_BAD_QUEUES with file, line and reason */
function schedulerOf(file: string, capacity: Resource): Scheduler {
  const text = textOf(file);
  refuseHarmfulXml(text, file);
  const isFair = /<allocations[\s/>]/.test(text);
  const files: PolicyFiles = isFair
    ? { ...NO_POLICY_FILES, allocations: { text, path: file } }
    : { ...NO_POLICY_FILES, capacity: parseHadoopXml(text, file) };
  const settings = { maximumMemoryMb: undefined, maximumVcores: undefined, epoch: 0 };
  const minimum = { memoryMb: 1, vcores: 1 };
  const scheduler = createScheduler(isFair ? 'fair' : 'capacity', { ...settings, minimum }, file, files);
  const node = { nodeId: nodeId('all', 1), host: 'all', rack: '/all', capacity, schedulable: true };
  scheduler.apply({ type: 'node-updated', node }, 0);
  return scheduler;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new WeftError('CONFIG_BAD_FILE', `${file} cannot be read.`, { cause, subject: file });
  }
}
