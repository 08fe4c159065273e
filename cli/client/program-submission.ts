/** `weft app -submit`: any program as an application. Its AppMaster is a command, with files that come along. */
import { basename } from 'node:path';
import { statSync } from 'node:fs';
import { fileOfDisk, type ArtifactSource } from '../../runtime/bundle/artifact.js';
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { ENV } from '../../runtime/common/environment.js';
import { print } from '../output.js';
import { badArguments, type OptionSpec, type ParsedOptions } from '../program/option-parser.js';
import { renderApplication } from '../render/applications.js';
import { isOver, type ApplicationReport } from './application-report.js';
import { localResource, uploadMissing } from './files.js';
import type { ResourceManagerClient } from './resourcemanager-client.js';
import { SUBMISSION_OPTIONS } from './submission-options.js';
import { submitted, tagsOf, type Submission } from './submission.js';

const POLL_MS = 250;

export const SUBMIT_OPTIONS = {
  submit: { short: 'submit', long: 'submit', description: 'Submits a program of any kind' },
  amCommand: {
    long: 'am-command',
    value: 'command',
    description: 'With -submit: what runs as the AppMaster; {{NODE}} is the node’s Node, {{WEFT_DIST}} its Weft',
  },
  resources: {
    long: 'resources',
    value: 'file,…',
    description: 'With -submit: files for the AppMaster’s working folder; name=file lays it there under another name',
  },
  ...SUBMISSION_OPTIONS,
  type: { short: 'at', long: 'type', value: 'type', description: 'With -submit: type of the application' },
  tags: { long: 'tags', value: 'tag,…', description: 'With -submit: words to find it by' },
  priority: {
    long: 'priority',
    value: 'n',
    description: 'With -submit: larger ones are served first, where the scheduler knows priorities',
  },
  memory: {
    long: 'am-memory',
    value: 'MB',
    description: 'With -submit: memory of the AppMaster’s container (default 256)',
  },
  vcores: { long: 'am-vcores', value: 'n', description: 'With -submit: its virtual cores (default 1)' },
  attempts: {
    long: 'max-attempts',
    value: 'n',
    description: 'With -submit: how often the AppMaster may be started (default 1)',
  },
  lifetime: { long: 'lifetime', value: 'seconds', description: 'With -submit: it is killed after this time' },
  detached: { short: 'd', long: 'detached', description: 'With -submit: returns without waiting for the end' },
} satisfies Record<string, OptionSpec>;

type SubmitOptions = ParsedOptions<keyof typeof SUBMIT_OPTIONS>;

export interface ProgramRequest {
  submission: Omit<Submission, 'application-id' | 'am-container-spec'>;
  command: string;
  resources: readonly { name: string; path: string }[];
  detached: boolean;
}

/** @throws CLI_BAD_ARGUMENTS */
export function programRequestOf(options: SubmitOptions): ProgramRequest {
  const command = options.get('amCommand');
  if (command === undefined) throw badArguments('-submit needs --am-command <command>.');
  const priority = numberOf(options, 'priority', 0);
  const lifetime = numberOf(options, 'lifetime', 1);
  const label = options.get('nodeLabel');
  return {
    command,
    resources: tagsOf(options.get('resources') ?? '').map(resourceOf),
    detached: options.has('detached'),
    submission: {
      'application-name': options.get('name') ?? command.split(' ', 1)[0] ?? command,
      'application-type': options.get('type') ?? 'YARN',
      queue: options.get('queue') ?? 'default',
      ...(priority === undefined ? {} : { priority }),
      ...(label === undefined ? {} : { 'app-node-label-expression': label }),
      resource: { memory: numberOf(options, 'memory', 1) ?? 256, vCores: numberOf(options, 'vcores', 1) ?? 1 },
      'max-app-attempts': numberOf(options, 'attempts', 1) ?? 1,
      'attempt-failures-validity-interval': -1,
      'keep-containers-across-application-attempts': false,
      'application-tags': { tag: tagsOf(options.get('tags') ?? '') },
      ...(lifetime === undefined
        ? {}
        : { 'application-timeouts': { entry: [{ key: 'LIFETIME' as const, value: lifetime }] } }),
    },
  };
}

/** @returns the exit code: 0 for success, or for a submission that was to be left alone */
export async function submitProgram(
  request: ProgramRequest,
  client: ResourceManagerClient,
  clock: Clock,
  json: boolean,
): Promise<number> {
  const files = await Promise.all(request.resources.map(({ name, path }) => fileOfDisk(name, path)));
  const { applicationId } = await client.newApplication();
  await uploadMissing(client, files);
  await client.submit(submissionFor(applicationId, request, files));
  if (!json) print(`Submitted application ${applicationId}`);
  if (request.detached) {
    if (json) print(JSON.stringify({ applicationId }));
    return 0;
  }
  const report = await untilOver(applicationId, client, clock, json);
  print(json ? JSON.stringify(report) : renderApplication(report));
  return report.finalStatus === 'SUCCEEDED' ? 0 : 1;
}

function submissionFor(
  applicationId: string,
  { submission, command }: ProgramRequest,
  files: readonly ArtifactSource[],
): Submission {
  const resources = files.map(localResource);
  return {
    'application-id': applicationId,
    ...submission,
    'am-container-spec': {
      commands: { command },
      environment: { entry: [{ key: ENV.shippedFiles, value: JSON.stringify(resources) }] },
      'local-resources': { entry: resources.map(submitted) },
    },
  };
}

async function untilOver(
  applicationId: string,
  client: ResourceManagerClient,
  clock: Clock,
  json: boolean,
): Promise<ApplicationReport> {
  let shown = '';
  for (;;) {
    const report = await client.report(applicationId);
    if (isOver(report)) return report;
    const line = `${applicationId} is ${report.state}${report.diagnostics === '' ? '' : `: ${report.diagnostics}`}`;
    if (!json && line !== shown) print(line);
    shown = line;
    await sleep(clock, POLL_MS);
  }
}

/** `file` or `name=file`. @throws CLI_BAD_ARGUMENTS */
function resourceOf(text: string): { name: string; path: string } {
  const at = text.indexOf('=');
  const path = text.slice(at + 1);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw badArguments(`--resources: ${path} is no file that can be read.`);
  }
  return { name: at < 0 ? basename(path) : text.slice(0, at), path };
}

function numberOf(options: SubmitOptions, name: keyof typeof SUBMIT_OPTIONS, least: number): number | undefined {
  const text = options.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw badArguments(`--${SUBMIT_OPTIONS[name].long} is a whole number from ${least} on, not "${text}".`);
}
