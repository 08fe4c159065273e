/** `weft sls replay FILE… | bench FILE`: scenarios and workloads on the real Scheduler, in simulated time. */
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import { measure, readWorkload, type Throughput } from '../sls/bench.js';
import { readScenario } from '../sls/scenario.js';
import { runScenario } from '../sls/scenario-run.js';

const OPTIONS = {
  case: { long: 'case', value: 'ids', description: 'With bench: only these cases, separated by commas' },
  repetitions: { long: 'repetitions', value: 'number', description: 'With bench: measured repetitions of a case (3)' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
const SPEC: ActionSpec<keyof typeof OPTIONS> = { options: OPTIONS, properties: [], stopsAtProgram: false };
const USAGE = 'weft sls replay <file...> | weft sls bench <workload.json>';

/** @param argv what follows `weft sls`. @returns the exit code: 1 if any scenario failed */
export function slsCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    const [action, ...files] = options.words;
    if (options.has('help')) {
      print(actionHelp(USAGE, 'The Scheduler by itself: replays scenarios and measures its throughput.', SPEC));
      return Promise.resolve(0);
    }
    if (action === 'replay' && files.length > 0) return Promise.resolve(replay(files, json));
    const [file] = files;
    if (action !== 'bench' || file === undefined || files.length > 1) {
      throw badArguments(`Please specify: ${USAGE}.`);
    }
    const repetitions = Number(options.get('repetitions') ?? 3);
    for (const result of measure(readWorkload(file), options.get('case')?.split(','), repetitions)) {
      print(json ? JSON.stringify(result) : renderThroughput(result));
    }
    return Promise.resolve(0);
  } catch (error) {
    return Promise.resolve(reportError(error, json));
  }
}

/** One line a scenario, and the first difference of each that failed. */
function replay(files: readonly string[], json: boolean): number {
  let failures = 0;
  for (const file of files) {
    const scenario = readScenario(file);
    const difference = runScenario(scenario);
    if (difference !== undefined) failures++;
    if (json) print(JSON.stringify({ id: scenario.id, ok: difference === undefined, difference: difference ?? null }));
    else print(difference === undefined ? `ok ${scenario.id}` : `FAIL ${scenario.id} ${difference}`);
  }
  return failures > 0 ? 1 : 0;
}

function renderThroughput({ id, fill, churn }: Throughput): string {
  const rate = (perSecond: number): string => `${Math.round(perSecond).toLocaleString('en-US')}/s`;
  return (
    `${id.padEnd(34)} fill ${rate(fill.perSecondHeartbeats)} (all calls ${rate(fill.perSecondAll)})   ` +
    `churn ${rate(churn.perSecondHeartbeats)} (all calls ${rate(churn.perSecondAll)})`
  );
}
