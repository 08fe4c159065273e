/** `weft app -list | -status ID [--events] | -kill ID | -appId ID -changeQueue … | -submit …`: the applications of the cluster, with YARN's flags. */
import { systemClock } from '../../runtime/common/clock.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { APPLICATION_STATES, isOver, type ApplicationState } from '../client/application-report.js';
import { CHANGE_OPTIONS, changeOf } from '../client/application-change.js';
import { programRequestOf, submitProgram, SUBMIT_OPTIONS } from '../client/program-submission.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { withResourceManager } from '../client/with-resource-manager.js';
import { reportError } from '../errors.js';
import { print } from '../output.js';
import { badArguments, parseOptions, type ActionSpec, type ParsedOptions } from '../program/option-parser.js';
import { inOrderOfTheChain, renderApplication, renderApplications, renderEvents } from '../render/applications.js';
import { actionHelp } from '../render/help.js';

const OPTIONS = {
  list: { short: 'list', long: 'list', description: 'Lists applications that are not over, or those of -appStates' },
  appStates: {
    short: 'appStates',
    long: 'appStates',
    value: 'states',
    description: 'With -list: these states, separated by commas, or ALL',
  },
  status: { short: 'status', long: 'status', value: 'application id', description: 'Shows one application' },
  events: { long: 'events', description: 'With -status: the steps of its start and its first heartbeats' },
  appTypes: { long: 'appTypes', value: 'types', description: 'With -list: these types, separated by commas' },
  appTags: { long: 'appTags', value: 'tags', description: 'With -list: with one of these tags' },
  kill: { short: 'kill', long: 'kill', value: 'application id', description: 'Ends an application by force' },
  ...CHANGE_OPTIONS,
  ...SUBMIT_OPTIONS,
  rm: { long: 'rm', value: 'url', description: 'Address of the ResourceManager' },
  json: { long: 'json', description: 'Prints results and errors as JSON' },
  help: { short: 'h', long: 'help', description: 'Shows this help' },
};
export type AppOptionName = keyof typeof OPTIONS;

const SPEC: ActionSpec<AppOptionName> = {
  options: OPTIONS,
  properties: [{ prefix: '-D', description: 'Sets a configuration key over the configuration file' }],
  stopsAtProgram: false,
};

const NOT_OVER: readonly ApplicationState[] = ['SUBMITTED', 'ACCEPTED', 'RUNNING'];

/** @param argv what follows `weft app`. @returns the exit code */
export async function appCommand(argv: readonly string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    const options = parseOptions(argv, SPEC);
    if (options.has('help')) {
      print(
        actionHelp(
          'weft app -list | -status <id> | -kill <id> | -appId <id> -changeQueue … | -submit --am-command <command>',
          'The applications of the cluster.',
          SPEC,
        ),
      );
      return 0;
    }
    const action = actionOf(options, json);
    return (await withResourceManager(options, action)) ?? 0;
  } catch (error) {
    return reportError(error, json);
  }
}

/** Ends with the exit code, if it is not 0. */
type Action = (client: ResourceManagerClient) => Promise<number | undefined>;

/** @throws CLI_BAD_ARGUMENTS, BAD_ID before anything is connected to */
function actionOf(options: ParsedOptions<AppOptionName>, json: boolean): Action {
  const [surplus] = options.words;
  if (surplus !== undefined) throw badArguments(`Unrecognized argument: ${surplus}`);
  const change = changeOf(options, systemClock);
  if (change !== undefined) {
    return silently(async (client) => {
      const text = await change(client);
      print(json ? JSON.stringify({ changed: text }) : text);
    });
  }
  const status = options.get('status');
  const kill = options.get('kill');
  if (
    [status !== undefined, kill !== undefined, options.has('list'), options.has('submit')].filter(Boolean).length !== 1
  ) {
    throw badArguments(
      'Please specify one of -list, -status <application id>, -kill <application id>, -appId <application id>, -submit.',
    );
  }
  if (status !== undefined) {
    const id = parseApplicationId(status);
    return silently(
      options.has('events') ? (client) => showEvents(client, id, json) : (client) => show(client, id, json),
    );
  }
  if (kill !== undefined) {
    const id = parseApplicationId(kill);
    return silently((client) => end(client, id, json));
  }
  if (options.has('submit')) {
    const request = programRequestOf(options);
    return (client) => submitProgram(request, client, systemClock, json);
  }
  const states = statesOf(options.get('appStates'));
  const filters = { applicationTypes: options.get('appTypes'), applicationTags: options.get('appTags') };
  return silently(async (client) => {
    const reports = await client.list(states, filters);
    print(json ? JSON.stringify({ applications: reports }) : renderApplications(reports, states));
  });
}

function silently(action: (client: ResourceManagerClient) => Promise<void>): Action {
  return async (client) => {
    await action(client);
    return undefined;
  };
}

async function show(client: ResourceManagerClient, id: string, json: boolean): Promise<void> {
  const report = await client.report(id);
  print(json ? JSON.stringify(report) : renderApplication(report));
}

async function showEvents(client: ResourceManagerClient, id: string, json: boolean): Promise<void> {
  const events = await client.events(id);
  print(json ? JSON.stringify({ applicationId: id, events: inOrderOfTheChain(events) }) : renderEvents(events));
}

async function end(client: ResourceManagerClient, id: string, json: boolean): Promise<void> {
  const report = await client.report(id);
  if (!isOver(report)) await client.kill(id);
  if (json) print(JSON.stringify({ applicationId: id, killed: !isOver(report) }));
  else if (isOver(report)) print(`Application ${id} has already finished.`);
  else print(`Killed application ${id}`);
}

function statesOf(text: string | undefined): readonly ApplicationState[] {
  if (text === undefined) return NOT_OVER;
  const names = text.toUpperCase().split(',');
  if (names.includes('ALL')) return APPLICATION_STATES;
  return names.map((name) => {
    const state = APPLICATION_STATES.find((known) => known === name);
    if (state === undefined) {
      throw badArguments(
        `The application state ${name} is invalid. Valid ones: ALL, ${APPLICATION_STATES.join(', ')}.`,
      );
    }
    return state;
  });
}
