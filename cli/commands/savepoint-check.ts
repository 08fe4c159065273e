/** `weft savepoint check PROGRAM PATH`: whether a program can start from a savepoint, before the job is stopped for it. */
import { readMetadata, requireFiles } from '../../runtime/checkpoint/index.js';
import { alignColumns } from '../../runtime/graph/describe/columns.js';
import { CHECK_SPEC } from '../program/action-options.js';
import { runConfiguration } from '../program/client-configuration.js';
import { firstGraphs } from '../program/first-graphs.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { judgeOperatorStates, type StatesVerdict } from '../program/operator-states-verdict.js';
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
    const graphs = await firstGraphs(program, args, runConfiguration(options));
    const states = options.has('keepClosed')
      ? new Map<string, never>()
      : await judgeOperatorStates(folder, metadata, graphs);
    const verdicts = judgeSavepoint(metadata, graphs.jobGraph).map((operator): Verdict => {
      return { ...operator, ...(states.get(operator.operatorId) ?? { states: [] }) };
    });
    const refused = verdicts.some((verdict) => stops(verdict, options.has('allowNonRestoredState')));
    print(json ? JSON.stringify({ folder, fits: !refused, operators: verdicts }) : textOf(folder, !refused, verdicts));
    return refused ? 1 : 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};

type Verdict = OperatorVerdict & StatesVerdict;

/** Whether the job would not start. */
function stops({ outcome, states }: Verdict, leavesBehind: boolean): boolean {
  if (outcome === 'missing') return !leavesBehind;
  return outcome === 'does not fit' || states.some((state) => state.outcome === 'incompatible');
}

function textOf(folder: string, fits: boolean, verdicts: readonly Verdict[]): string {
  const rows = verdicts.flatMap(({ outcome, name, uid, why, states, failure }) => [
    [outcome, uid === undefined ? name : `${name} (uid ${uid})`, why],
    ...states.map((state) => ['', `  ${state.name}: ${state.outcome}`, state.why]),
    ...(failure === undefined ? [] : [['', '  its states are not all known', `its function threw: ${failure}`]]),
  ]);
  const mends = verdicts.flatMap(({ mend, name, states }) => [
    ...(mend === undefined ? [] : [`- ${mend}`]),
    ...states.flatMap((state) => (state.mend === undefined ? [] : [`- ${name}: ${state.mend}`])),
  ]);
  return [
    `The program ${fits ? 'can' : 'cannot'} start from ${folder}.`,
    ...alignColumns(rows),
    ...(mends.length === 0 ? [] : ['What to do:', ...mends]),
  ].join('\n');
}
