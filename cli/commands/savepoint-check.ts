/** `weft savepoint check PROGRAM PATH`: whether a program can start from a savepoint, before the job is stopped for it. */
import { readMetadata, requireFiles } from '../../runtime/checkpoint/index.js';
import { alignColumns } from '../../runtime/graph/describe/columns.js';
import { CHECK_SPEC } from '../program/action-options.js';
import { runConfiguration } from '../program/client-configuration.js';
import { firstJobGraph } from '../program/first-job-graph.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { programWords } from '../program/program-words.js';
import { judgeSavepoint, type OperatorVerdict } from '../program/savepoint-verdict.js';
import { absolutePath } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const checkCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, CHECK_SPEC);
    if (options.has('help')) {
      const usage = 'weft savepoint check [OPTIONS] PROGRAM PATH [ARGUMENTS]';
      print(actionHelp(usage, 'Says whether a program can start from a savepoint.', CHECK_SPEC));
      return 0;
    }
    json = options.has('json');
    const { path: program, args: words } = programWords(options);
    const [path, ...args] = words;
    if (path === undefined) throw badArguments('The savepoint must be named behind the program: its folder.');
    const { folder, metadata } = await readMetadata(absolutePath(path));
    await requireFiles(folder, metadata);
    const jobGraph = await firstJobGraph(program, args, runConfiguration(options));
    const verdicts = judgeSavepoint(metadata, jobGraph);
    const fits = verdicts.every(({ outcome }) => outcome !== 'missing' && outcome !== 'does not fit');
    print(json ? JSON.stringify({ folder, fits, operators: verdicts }) : textOf(folder, fits, verdicts));
    return fits ? 0 : 1;
  } catch (error) {
    return reportProgramError(error, json);
  }
};

function textOf(folder: string, fits: boolean, verdicts: readonly OperatorVerdict[]): string {
  const rows = verdicts.map(({ outcome, name, uid, why }) => [
    outcome,
    uid === undefined ? name : `${name} (uid ${uid})`,
    why,
  ]);
  const mends = verdicts.flatMap(({ mend }) => (mend === undefined ? [] : [`- ${mend}`]));
  return [
    `The program ${fits ? 'can' : 'cannot'} start from ${folder}.`,
    ...alignColumns(rows),
    ...(mends.length === 0 ? [] : ['What to do:', ...mends]),
  ].join('\n');
}
