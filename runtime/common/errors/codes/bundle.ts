import { defineCodes } from './code-entry.js';

export const BUNDLE_CODES = defineCodes({
  BUNDLE_NO_ENTRY: {
    domain: 'user',
    summary: 'The program file does not exist or is not a file.',
    hint: 'Check the path: it is taken from the folder that the command runs in.',
  },
  BUNDLE_SYNTAX: {
    domain: 'user',
    summary: 'A file of the program cannot be parsed.',
    hint: 'Correct the line shown, or look at it with the TypeScript compiler: npx tsc --noEmit.',
  },
  BUNDLE_UNRESOLVED_IMPORT: {
    domain: 'user',
    summary: 'The program imports a module, or a name of one, that is not there.',
    hint: 'Check the spelling, and that the package is installed in the folder of the program (npm install).',
  },
  BUNDLE_FAILED: {
    domain: 'user',
    summary: 'The program cannot be bundled for a reason that the bundler names.',
    hint: 'Correct what the message names and run the command again.',
  },
  BUNDLE_BAD_SHIP_FILE: {
    domain: 'user',
    summary: 'A file or folder that is to be shipped with the program is missing, or its name is taken.',
    hint: 'Check --ship and yarn.ship-files: each must exist, and no two may have the same name.',
  },
  BUNDLE_BAD_PATH: {
    domain: 'external',
    summary: 'An artifact names a file outside its own folder.',
    hint: 'Submit again with the weft command; the artifact was not made by it or was changed on the way.',
  },
  BUNDLE_PROGRAM_FAILED: {
    domain: 'user',
    summary: 'The main part of the program threw an error before its job ran.',
    hint: 'Correct the line of the program that the stack names.',
  },
  BUNDLE_NO_JOB: {
    domain: 'user',
    summary: 'The program ended without calling execute().',
    hint: 'Call env.execute() at the end of the program, and await it.',
  },
  BUNDLE_BAD_VALUE: {
    domain: 'user',
    summary: 'A value of the program cannot be shipped to where the job runs.',
    hint: 'env.value takes data only: no functions, sockets or instances with private parts.',
  },
  BUNDLE_CONTEXT_TOO_LARGE: {
    domain: 'user',
    summary:
      'The main part of the program read clocks or random numbers so often that it cannot be run again elsewhere.',
    hint: 'Do that work in a function of the job, or wrap it in env.value("name", () => …).',
  },
  BUNDLE_IO_IN_REPLAY: {
    domain: 'user',
    summary: 'The main part of the program reads a file or the network, which only the client may do.',
    hint: 'Wrap it: const data = await env.value("name", async () => …). It is worked out once, by the client, and shipped. Or read in open() of a function, from a file shipped with --ship.',
  },
  BUNDLE_GRAPH_DIVERGED: {
    domain: 'user',
    summary: 'A slot thread that ran the program again got another graph than the client, or none.',
    hint: 'The graph may depend only on arguments, environment, clock, random numbers and env.value(…); wrap whatever else it depends on in env.value.',
  },
});
