/** `weft savepoint JOB [DIR]`: takes a savepoint; `-d PATH`: deletes one; `inspect PATH` and `check PROGRAM PATH` read one. */
import { disposeCheckpoint } from '../../runtime/checkpoint/index.js';
import { parseJobId } from '../../runtime/common/ids.js';
import { SAVEPOINT_SPEC } from '../program/action-options.js';
import { badArguments, parseOptions, type ParsedOptions } from '../program/option-parser.js';
import { absolutePath, withJobOperations } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

const USAGE = 'weft savepoint [OPTIONS] JOB [FOLDER] | weft savepoint inspect PATH | weft savepoint check PROGRAM PATH';

export const savepointCommand: Command = async (argv) => {
  const [action, ...rest] = argv;
  if (action === 'inspect') return (await import('./savepoint-inspect.js')).inspectCommand(rest);
  if (action === 'check') return (await import('./savepoint-check.js')).checkCommand(rest);
  let json = false;
  try {
    const options = parseOptions(argv, SAVEPOINT_SPEC);
    if (options.has('help')) {
      print(actionHelp(USAGE, 'Takes a savepoint of a job, deletes or reads one.', SAVEPOINT_SPEC));
      return 0;
    }
    json = options.has('json');
    const disposed = options.get('dispose');
    if (disposed === undefined) await take(options, json);
    else await dispose(disposed, json);
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};

async function take(options: ParsedOptions<string>, json: boolean): Promise<void> {
  const [word, folder] = options.words;
  if (word === undefined) throw badArguments('Missing JobID. Specify a Job ID to trigger a savepoint.');
  const jobId = parseJobId(word);
  const detached = options.has('detached');
  if (!json) {
    print(`Triggering savepoint${detached ? ' in detached mode' : ''} for job ${jobId}.`);
    if (!detached) print('Waiting for response...');
  }
  await withJobOperations(options, jobId, async (operations) => {
    const target = folder === undefined ? undefined : absolutePath(folder);
    const triggerId = await operations.beginSavepoint(jobId, target, false);
    if (detached) {
      print(
        json ? JSON.stringify({ jobId, triggerId }) : `Successfully trigger manual savepoint, triggerId: ${triggerId}`,
      );
      return;
    }
    const path = await operations.savepoint(jobId, triggerId);
    if (json) {
      print(JSON.stringify({ jobId, path }));
      return;
    }
    print(`Savepoint completed. Path: ${path}`);
    print('You can resume your program from this savepoint with the run command.');
  });
}

/** Needs no cluster: what a savepoint holds lies in its folder alone. */
async function dispose(path: string, json: boolean): Promise<void> {
  if (!json) {
    print(`Disposing savepoint '${path}'.`);
    print('Waiting for response...');
  }
  await disposeCheckpoint(absolutePath(path));
  print(json ? JSON.stringify({ path }) : `Savepoint '${path}' disposed.`);
}
