/** `weft checkpoint JOB`: takes a checkpoint beside the periodic ones. */
import { parseJobId } from '../../runtime/common/ids.js';
import { CHECKPOINT_SPEC } from '../program/action-options.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { withJobOperations } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const checkpointCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, CHECKPOINT_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft checkpoint [OPTIONS] JOB', 'Takes a checkpoint of a job.', CHECKPOINT_SPEC));
      return 0;
    }
    json = options.has('json');
    const [word] = options.words;
    if (word === undefined) throw badArguments('Missing JobID. Specify a Job ID to trigger a checkpoint.');
    const jobId = parseJobId(word);
    if (!json) {
      print(`Triggering checkpoint for job ${jobId}.`);
      print('Waiting for response...');
    }
    const checkpointId = await withJobOperations(options, jobId, (operations) => operations.checkpoint(jobId));
    if (json) {
      print(JSON.stringify({ jobId, checkpointId }));
      return 0;
    }
    const kind = options.has('full') ? 'Checkpoint(FULL)' : 'Checkpoint';
    print(`${kind} ${checkpointId} for job ${jobId} completed.`);
    print('You can resume your program from this checkpoint with the run command.');
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};
