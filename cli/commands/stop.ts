/** `weft stop JOB`: ends a job with a savepoint, from which it can go on. */
import { parseJobId } from '../../runtime/common/ids.js';
import { STOP_SPEC } from '../program/action-options.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { absolutePath, withJobOperations } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const stopCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, STOP_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft stop [OPTIONS] JOB', 'Stops a job with a savepoint.', STOP_SPEC));
      return 0;
    }
    json = options.has('json');
    // `-p` may stand without a folder: then the job is what looks like its value.
    const folder = options.words.length === 0 ? undefined : options.get('savepointPath');
    const word = options.words[0] ?? options.get('savepointPath');
    if (word === undefined) throw badArguments('Missing JobId');
    const jobId = parseJobId(word);
    const [drain, detached] = [options.has('drain'), options.has('detached')];
    if (!json) {
      print(`${drain ? 'Draining' : 'Suspending'} job "${jobId}" with a CANONICAL savepoint.`);
      print(`Triggering stop-with-savepoint${detached ? ' in detached mode' : ''} for job ${jobId}.`);
      if (!detached) print('Waiting for response...');
    }
    await withJobOperations(options, jobId, async (operations) => {
      const target = folder === undefined ? undefined : absolutePath(folder);
      const triggerId = await operations.beginStop(jobId, target, drain);
      if (detached) {
        const told = `Successfully trigger stop-with-savepoint in detached mode, triggerId: ${triggerId}`;
        print(json ? JSON.stringify({ jobId, triggerId }) : told);
        return;
      }
      const path = await operations.savepoint(jobId, triggerId);
      print(json ? JSON.stringify({ jobId, path }) : `Savepoint completed. Path: ${path}`);
    });
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};
