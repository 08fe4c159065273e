/** `weft cancel JOB`: ends a job, in whichever cluster it runs. */
import { parseJobId } from '../../runtime/common/ids.js';
import { CANCEL_SPEC } from '../program/action-options.js';
import { clusterConfiguration } from '../program/client-configuration.js';
import { withJobManagers } from '../program/job-managers.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const cancelCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, CANCEL_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft cancel [OPTIONS] JOB', 'Cancels a running job.', CANCEL_SPEC));
      return 0;
    }
    json = options.has('json');
    const [word] = options.words;
    if (word === undefined) throw badArguments('Missing JobID. Specify a JobID to cancel a job.');
    const jobId = parseJobId(word);
    if (!json) print(`Cancelling job ${jobId}.`);
    await withJobManagers(clusterConfiguration(options), async (jobManagers) => {
      await (await jobManagers.having(jobId)).cancel(jobId);
    });
    print(json ? JSON.stringify({ jobId }) : `Cancelled job ${jobId}.`);
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};
