/** `weft cancel JOB`: ends a job, in whichever cluster it runs; with `-s` after a savepoint. */
import { parseJobId } from '../../runtime/common/ids.js';
import { CANCEL_SPEC } from '../program/action-options.js';
import { clusterConfiguration } from '../program/client-configuration.js';
import { withJobManagers } from '../program/job-managers.js';
import { badArguments, parseOptions, type ParsedOptions } from '../program/option-parser.js';
import { absolutePath, withJobOperations } from '../program/with-job-operations.js';
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
    const word = options.words[0] ?? options.get('withSavepoint');
    if (word === undefined) throw badArguments('Missing JobID. Specify a JobID to cancel a job.');
    const jobId = parseJobId(word);
    if (options.has('withSavepoint')) {
      await cancelWithSavepoint(options, jobId, json);
      return 0;
    }
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

async function cancelWithSavepoint(options: ParsedOptions<string>, jobId: string, json: boolean): Promise<void> {
  // `-s` may stand without a folder: then the job is what looks like its value.
  const folder = options.words.length === 0 ? undefined : options.get('withSavepoint');
  const target = folder === undefined ? undefined : absolutePath(folder);
  if (!json) {
    print('DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use "stop" instead.');
    print(`Cancelling job ${jobId} with CANONICAL savepoint to ${target ?? 'default savepoint directory'}.`);
  }
  await withJobOperations(options, jobId, async (operations) => {
    const path = await operations.savepoint(jobId, await operations.beginSavepoint(jobId, target, true));
    print(json ? JSON.stringify({ jobId, path }) : `Cancelled job ${jobId}. Savepoint stored in ${path}.`);
  });
}
