/** `weft explain APP`: each gate that an application passes or fails on the way to its next container. */
import { parseApplicationId } from '../../runtime/common/ids.js';
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec } from '../program/option-parser.js';
import { renderExplanation } from '../render/explanation.js';
import { actionHelp } from '../render/help.js';

const OPTIONS = {
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
const SPEC: ActionSpec<keyof typeof OPTIONS> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};

/** @param argv what follows `weft explain`. @returns the exit code */
export async function explainCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(actionHelp('weft explain <application id>', 'Says why an application waits.', SPEC));
      return 0;
    }
    const [id, surplus] = options.words;
    if (id === undefined) throw badArguments('Please specify an application id.');
    if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
    const applicationId = parseApplicationId(id);
    const explanation = await withResourceManager(options, (client) => client.explain(applicationId));
    print(json ? JSON.stringify(explanation) : renderExplanation(explanation));
    return 0;
  } catch (error) {
    return reportError(error, json);
  }
}
