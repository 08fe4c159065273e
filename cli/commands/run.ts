/** `weft run`: bundles a program, runs its main part here, and gives its jobs to where they are to run. */
import type { Configuration } from '../../runtime/common/config/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { RUN_SPEC, type RunOptionName } from '../program/action-options.js';
import { runConfiguration } from '../program/client-configuration.js';
import { connectLazily } from '../program/connection.js';
import { clusterOfSession } from '../program/clusters.js';
import { Interrupts } from '../program/interrupts.js';
import { deployPerJob, submitTo, type ExecutionContext } from '../program/job-execution.js';
import { parseOptions, type ParsedOptions } from '../program/option-parser.js';
import { validateConnectors } from '../../runtime/graph/validate-connectors.js';
import { prepareProgram, runPrepared, type JobExecutor } from '../program/prepared-program.js';
import { programWords } from '../program/program-words.js';
import { targetOf, type Target } from '../program/target.js';
import { actionHelp } from '../render/help.js';
import { print, warn } from '../output.js';
import type { Command } from '../command.js';
import { reportProgramError } from '../errors.js';

export const runCommand: Command = async (argv) => {
  let json = false;
  try {
    const options = parseOptions(argv, RUN_SPEC);
    if (options.has('help')) {
      print(actionHelp('weft run [OPTIONS] PROGRAM [ARGUMENTS]', 'Compiles and runs a program.', RUN_SPEC));
      return 0;
    }
    json = options.has('json');
    return await run(options);
  } catch (error) {
    return reportProgramError(error, json);
  }
};

/** @returns the exit code */
async function run(options: ParsedOptions<RunOptionName>): Promise<number> {
  const { path, args } = programWords(options);
  const home = new WeftHome();
  const configuration = runConfiguration(options);
  const target = targetOf(configuration, home);
  const connection = connectLazily(configuration, home);
  const interrupts = new Interrupts();
  try {
    const execute = executorFor(target, {
      configuration,
      clock: systemClock,
      resourceManager: connection.resourceManager,
      print,
      notify: warn,
      interrupts,
    });
    const running = prepareProgram(path, configuration).then((program) =>
      runPrepared(program, args, configuration, execute, validateConnectors),
    );
    return await interrupts.guard(running);
  } finally {
    connection.close();
  }
}

/** The cluster is looked up at once, while the program is still being bundled. */
function executorFor(target: Target, context: ExecutionContext): JobExecutor {
  switch (target.kind) {
    case 'local':
      return localExecutor(context.configuration);
    case 'remote':
      return submitTo(Promise.resolve({ jobManagerUrl: target.url }), context);
    case 'session': {
      const cluster = clusterOfSession(target.applicationId, target.rememberedBy, context);
      // Whoever awaits it hears of the failure; until then the program's own errors come first.
      cluster.catch(() => undefined);
      return submitTo(cluster, context);
    }
    case 'per-job':
      return deployPerJob(context);
  }
}

/** The engine is loaded only for this target. */
function localExecutor(configuration: Configuration): JobExecutor {
  return async (jobGraph, { artifact }, onSubmitted) => {
    const { executeLocally } = await import('../../runtime/local/index.js');
    const { printFinished } = await import('../program/job-execution.js');
    print(`Job has been submitted with JobID ${jobGraph.jobId}`);
    const result = await executeLocally(jobGraph, artifact, configuration, onSubmitted);
    printFinished(result, print);
    return result;
  };
}
