/** `weft info`: the graphs of a program before it runs, or of a job while it runs. Only the latter asks a cluster. */
import { writeFileSync } from 'node:fs';
import { drawGraph } from '../../runtime/graph/describe/index.js';
import { INFO_SPEC } from '../program/action-options.js';
import { clusterConfiguration, runConfiguration } from '../program/client-configuration.js';
import { programWords } from '../program/program-words.js';
import { firstGraphs } from '../program/first-graphs.js';
import { withJobManagers } from '../program/job-managers.js';
import { parseOptions, type ParsedOptions } from '../program/option-parser.js';
import { dataOf, jsonOfProgram, textOfProgram, textOfRunningJob, type RunningJobGraphs } from '../render/graphs.js';
import { actionHelp } from '../render/help.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';
import { print } from '../output.js';

type InfoOptions = ParsedOptions<keyof typeof INFO_SPEC.options>;

const JOB_ID = /^[0-9a-fA-F]{32}$/;

export const infoCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, INFO_SPEC);
    if (options.has('help')) {
      const usage = 'weft info [OPTIONS] PROGRAM [ARGUMENTS] | weft info [OPTIONS] JOB';
      print(actionHelp(usage, 'Shows the graphs of a program, or of a running job.', INFO_SPEC));
      return 0;
    }
    json = options.has('json');
    const { path, args } = programWords(options);
    await (JOB_ID.test(path) ? showJob(path.toLowerCase(), options) : showProgram(path, args, options));
    return 0;
  } catch (error) {
    return reportProgramError(error, json);
  }
};

async function showProgram(path: string, args: readonly string[], options: InfoOptions): Promise<void> {
  const configuration = runConfiguration(options);
  const { jobGraph } = await firstGraphs(path, args, configuration);
  const drawing = options.get('svg');
  if (drawing !== undefined) writeFileSync(drawing, drawGraph(jobGraph));
  print(options.has('json') ? jsonOfProgram(jobGraph) : textOfProgram(jobGraph, configuration));
}

async function showJob(jobId: string, options: InfoOptions): Promise<void> {
  const graphs = await withJobManagers(clusterConfiguration(options), async (jobManagers) => {
    const client = await jobManagers.having(jobId);
    return (await client.graphs(jobId)) as RunningJobGraphs;
  });
  const drawing = options.get('svg');
  if (drawing !== undefined) writeFileSync(drawing, drawGraph(dataOf(graphs)));
  print(options.has('json') ? JSON.stringify(graphs, null, 2) : textOfRunningJob(graphs));
}
