/** `weft rescale JOB -p N`: the job goes on with another parallelism, from a checkpoint that is taken for it. */
import { parseJobId } from '../../runtime/common/ids.js';
import { RESCALE_SPEC } from '../program/action-options.js';
import { checkParallelism } from '../program/client-configuration.js';
import { badArguments, parseOptions } from '../program/option-parser.js';
import { rescaledGraph } from '../program/rescaled-graph.js';
import { withJobOperations } from '../program/with-job-operations.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const rescaleCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, RESCALE_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft rescale [OPTIONS] JOB -p N', 'Gives a running job another parallelism.', RESCALE_SPEC));
      return 0;
    }
    json = options.has('json');
    const [word] = options.words;
    if (word === undefined) throw badArguments('Missing JobID. Specify the job to rescale.');
    const wanted = options.get('parallelism');
    if (wanted === undefined) throw badArguments('The parallelism is missing: -p N.');
    const parallelism = Number(checkParallelism(wanted));
    const jobId = parseJobId(word);
    if (!json) print(`Rescaling job ${jobId} to a parallelism of ${parallelism}.`);
    await withJobOperations(options, jobId, async (operations) => {
      const former = await operations.graph(jobId);
      await operations.rescale(await rescaledGraph(former, parallelism, (sha256) => operations.blob(sha256)));
    });
    print(json ? JSON.stringify({ jobId, parallelism }) : `Job ${jobId} goes on with a parallelism of ${parallelism}.`);
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};
