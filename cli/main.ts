#!/usr/bin/env node
/**
 * The command `weft`: finds the action, which is always the first word as in Flink, and hands the rest over. Actions are loaded
 * when they are called, so that each starts as fast as it can. Must not know what an action does.
 */
import type { Command } from './command.js';
import { endWithReaders, print } from './output.js';
import { packageVersion } from './program/package-root.js';
import { table } from './render/help.js';

interface Action {
  about: string;
  load(): Promise<Command>;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  run: {
    about: 'Compiles and runs a program',
    load: async () => (await import('./commands/run.js')).runCommand,
  },
  list: {
    about: 'Lists running and scheduled jobs',
    load: async () => (await import('./commands/list.js')).listCommand,
  },
  info: {
    about: 'Shows the graphs of a program or of a running job',
    load: async () => (await import('./commands/info.js')).infoCommand,
  },
  cancel: {
    about: 'Cancels a running job',
    load: async () => (await import('./commands/cancel.js')).cancelCommand,
  },
  savepoint: {
    about: 'Takes a savepoint of a job, or deletes one',
    load: async () => (await import('./commands/savepoint.js')).savepointCommand,
  },
  rescale: {
    about: 'Gives a running job another parallelism',
    load: async () => (await import('./commands/rescale.js')).rescaleCommand,
  },
  stop: {
    about: 'Stops a job with a savepoint',
    load: async () => (await import('./commands/stop.js')).stopCommand,
  },
  checkpoint: {
    about: 'Takes a checkpoint of a job',
    load: async () => (await import('./commands/checkpoint.js')).checkpointCommand,
  },
  app: {
    about: 'Lists, shows and kills applications',
    load: async () => (await import('./commands/app.js')).appCommand,
  },
  explain: {
    about: 'Says why an application waits, gate by gate',
    load: async () => (await import('./commands/explain.js')).explainCommand,
  },
  token: {
    about: 'Prints a token for pages and REST',
    load: async () => (await import('./commands/token.js')).tokenCommand,
  },
  'yarn-session': {
    about: 'Starts a session, or attaches to one',
    load: async () => (await import('./commands/yarn-session.js')).yarnSessionCommand,
  },
  logs: {
    about: 'Shows the logs of an application',
    load: async () => (await import('./commands/logs.js')).logsCommand,
  },
  queue: {
    about: 'Checks the files that say how the cluster is shared',
    load: async () => (await import('./commands/queue.js')).queueCommand,
  },
  rmadmin: {
    about: 'Administers a running ResourceManager: queues, node labels',
    load: async () => (await import('./commands/rmadmin.js')).rmadminCommand,
  },
  node: {
    about: 'Lists and shows the nodes of the cluster',
    load: async () => (await import('./commands/node.js')).nodeCommand,
  },
  applicationattempt: {
    about: 'Lists and shows attempts of an application',
    load: async () => (await import('./commands/applicationattempt.js')).applicationAttemptCommand,
  },
  container: {
    about: 'Lists and shows containers that run',
    load: async () => (await import('./commands/container.js')).containerCommand,
  },
  cluster: {
    about: 'Lists the node labels of the cluster',
    load: async () => (await import('./commands/cluster.js')).clusterInfoCommand,
  },
  top: {
    about: 'Shows what runs in the cluster, again and again',
    load: async () => (await import('./commands/top.js')).topCommand,
  },
  sls: {
    about: 'Replays scenarios on the Scheduler, or measures it',
    load: async () => (await import('./commands/sls.js')).slsCommand,
  },
  up: {
    about: 'Starts a cluster on this machine',
    load: async () => (await import('./commands/up.js')).upCommand,
  },
  down: {
    about: 'Stops the cluster in WEFT_HOME',
    load: async () => (await import('./commands/down.js')).downCommand,
  },
  status: {
    about: 'Shows the cluster in WEFT_HOME',
    load: async () => (await import('./commands/status.js')).statusCommand,
  },
  rm: {
    about: 'Runs a ResourceManager in the foreground',
    load: async () => (await import('./commands/rm.js')).rmCommand,
  },
  nm: {
    about: 'Runs a NodeManager in the foreground',
    load: async () => (await import('./commands/nm.js')).nmCommand,
  },
};

endWithReaders();
const action = process.argv[2];
const known = action === undefined || !Object.hasOwn(ACTIONS, action) ? undefined : ACTIONS[action];
process.exit(await (known === undefined ? withoutAction(action) : (await known.load())(process.argv.slice(3))));

function withoutAction(word: string | undefined): number {
  switch (word) {
    case '-h':
    case '--help':
    case 'help':
      print(overview());
      return 0;
    case '-v':
    case '--version': {
      const { version, commit } = packageVersion();
      print(`Version: ${version}, Commit ID: ${commit}`);
      return 0;
    }
    case undefined:
      print(`${overview()}\n\nPlease specify an action.`);
      return 1;
    default:
      print(notAnAction(word));
      return 1;
  }
}

function overview(): string {
  const rows = Object.entries(ACTIONS).map(([name, { about }]): [string, string] => [name, about]);
  return [
    'Usage: weft ACTION [OPTIONS] [ARGUMENTS]',
    '',
    'Actions:',
    ...table(rows),
    '',
    'weft ACTION --help tells the options of an action, weft --version the version.',
  ].join('\n');
}

function notAnAction(word: string): string {
  const names = Object.keys(ACTIONS).map((name) => `"${name}"`);
  const list = `${names.slice(0, -1).join(', ')}, or ${names.at(-1) ?? ''}`;
  return [
    `"${word}" is not a valid action.`,
    '',
    `Valid actions are ${list}.`,
    '',
    'Specify the version option (-v or --version) to print Weft version.',
    '',
    'Specify the help option (-h or --help) to get help on the command.',
  ].join('\n');
}
