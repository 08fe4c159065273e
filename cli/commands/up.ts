/** `weft up`: a cluster on this machine, in the foreground or detached. */
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { createLogger } from '../../runtime/common/log/logger.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { startDetached } from '../cluster/detached-supervisor.js';
import { nodeManagerCommand, resourceManagerCommands } from '../cluster/role-command.js';
import { HOST, MEMORY, PORT, VCORES } from '../cluster/role-options.js';
import { writeFailure } from '../cluster/start-failure.js';
import { Supervisor } from '../cluster/supervisor.js';
import { print } from '../output.js';
import type { ParsedOptions } from '../program/option-parser.js';
import { renderAddresses } from '../render/cluster.js';

const OPTIONS = {
  nodes: { short: 'n', long: 'nodes', value: 'n', description: 'Number of NodeManagers; 1 by default' },
  detach: { short: 'd', long: 'detached', description: 'Returns once every NodeManager is registered' },
  memory: MEMORY,
  vcores: VCORES,
  host: HOST,
  port: { ...PORT, description: 'Port of the ResourceManager; a free one unless told otherwise' },
  supervise: { long: 'supervise', description: 'Runs as the supervisor that -d leaves behind', hidden: true },
};

type UpOptions = ParsedOptions<keyof typeof OPTIONS>;

export const upCommand = clusterCommand({
  usage: 'weft up [OPTIONS]',
  about: 'Starts a cluster on this machine: a ResourceManager and NodeManagers.',
  options: OPTIONS,
  run: async (options) => {
    const home = new WeftHome();
    const supervisor = supervisorOf(home, options);
    if (options.has('supervise')) await superviseDetached(home, supervisor);
    else if (options.has('detach')) {
      print(`${renderAddresses(home, await startDetached(home, systemClock))}\nStop it with: weft down`);
    } else await superviseInForeground(home, supervisor);
    return 0;
  },
});

/** @throws CLI_BAD_ARGUMENTS */
function supervisorOf(home: WeftHome, options: UpOptions): Supervisor {
  const nodes = wholeNumber(options, 'nodes') ?? 1;
  const host = options.get('host');
  const nodeFlags = {
    host,
    memoryMb: wholeNumber(options, 'memory'),
    vcores: wholeNumber(options, 'vcores'),
    nodesOnMachine: Math.max(1, nodes),
  };
  return new Supervisor({
    home,
    roles: [
      ...resourceManagerCommands(home, { host, port: wholeNumber(options, 'port') }),
      ...Array.from({ length: nodes }, (_, index) => nodeManagerCommand(home, index, nodeFlags)),
    ],
    clock: systemClock,
    log: createLogger({ role: 'supervisor' }),
  });
}

/** Ctrl-C ends everything. */
async function superviseInForeground(home: WeftHome, supervisor: Supervisor): Promise<void> {
  const ended = endOnSignals(supervisor);
  const view = await Promise.race([supervisor.start(), ended]);
  if (view === undefined) return;
  print(`${renderAddresses(home, view)}\nCtrl-C stops it.`);
  await ended;
}

/** The other side of `-d`: a start that fails is told through a file in the home. */
async function superviseDetached(home: WeftHome, supervisor: Supervisor): Promise<void> {
  const ended = endOnSignals(supervisor);
  try {
    await supervisor.start();
  } catch (error) {
    writeFailure(home, error);
    throw error;
  }
  await ended;
}

function endOnSignals(supervisor: Supervisor): Promise<undefined> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      supervisor.stop().then(() => {
        resolve(undefined);
      }, reject);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  });
}
