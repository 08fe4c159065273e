/** `weft rmadmin -refreshQueues`: a running ResourceManager reads its queues again, whole or not at all. */
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';

const OPTIONS = {
  refreshQueues: { short: 'refreshQueues', long: 'refreshQueues', description: 'Puts the queue files in force' },
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
const SPEC: ActionSpec<keyof typeof OPTIONS> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};

/** @param argv what follows `weft rmadmin`. @returns the exit code */
export async function rmadminCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(actionHelp('weft rmadmin -refreshQueues', 'Administers a running ResourceManager.', SPEC));
      return 0;
    }
    if (!options.has('refreshQueues')) throw badArguments('Please specify -refreshQueues.');
    const { queues } = await withResourceManager(options, (client) => client.refreshQueues());
    print(json ? JSON.stringify({ refreshed: true, queues }) : `The queues are in force: ${queues.join(', ')}`);
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}
