/** `weft list`: the jobs of the named cluster, or of all running applications. */
import { LIST_SPEC } from '../program/action-options.js';
import { clusterConfiguration } from '../program/client-configuration.js';
import { withJobManagers } from '../program/job-managers.js';
import { parseOptions } from '../program/option-parser.js';
import { actionHelp } from '../render/help.js';
import { renderJobList } from '../render/job-list.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

export const listCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, LIST_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft list [OPTIONS]', 'Lists running and scheduled jobs.', LIST_SPEC));
      return 0;
    }
    json = options.has('json');
    if (!json) print('Waiting for response...');
    const jobs = await withJobManagers(clusterConfiguration(options), (jobManagers) => jobManagers.jobs());
    const all = options.has('all');
    const unfiltered = !options.has('running') && !options.has('scheduled');
    const selection = {
      running: all || unfiltered || options.has('running'),
      scheduled: all || unfiltered || options.has('scheduled'),
      terminated: all,
    };
    print(json ? JSON.stringify({ jobs }) : renderJobList(jobs, selection).join('\n'));
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};
