/** `weft logs APP`: what the processes of an application wrote, running or ended. */
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { parseDurationMs } from '../../runtime/common/units.js';
import { resourceManagerAddress } from '../client/resourcemanager-address.js';
import { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { ApplicationLogs } from '../cluster/logs/application-logs.js';
import { LOG_ROLES, type LogRole } from '../cluster/logs/log-source.js';
import { RESOURCE_MANAGER } from '../cluster/role-options.js';
import { print, warn } from '../output.js';
import { badArguments } from '../program/option-parser.js';

export const logsCommand = clusterCommand({
  usage: 'weft logs APPLICATION [OPTIONS]',
  about: 'Prints the logs of all containers of an application, merged by time.',
  words: 1,
  options: {
    follow: { short: 'f', long: 'follow', description: 'Goes on until the application is over' },
    role: { long: 'role', value: 'role', description: `Only that of one role: ${LOG_ROLES.join(', ')}` },
    since: { long: 'since', value: 'time', description: 'Only lines from a time on: 10min, or 2026-01-31T12:00:00Z' },
    tail: { long: 'tail', value: 'n', description: 'Only the last lines of each file' },
    raw: { long: 'raw', description: 'Prints structured lines as they were written, as JSON' },
    rm: RESOURCE_MANAGER,
  },
  run: async (options) => {
    const [word] = options.words;
    if (word === undefined) throw badArguments('Missing argument: the id of an application');
    const applicationId = parseApplicationId(word);
    const role = roleNamed(options.get('role'));
    const sinceMs = sinceOf(options.get('since'));
    const tail = wholeNumber(options, 'tail');
    const client = new ResourceManagerClient(await resourceManagerAddress(new WeftHome(), options.get('rm')));
    try {
      const raw = options.has('raw');
      const filters = { role, sinceMs, tail, raw };
      const logs = new ApplicationLogs({ applicationId, client, clock: systemClock, ...filters, print, warn });
      await (options.has('follow') ? logs.follow() : logs.printAll());
      return 0;
    } finally {
      client.close();
    }
  },
});

/** @throws CLI_BAD_ARGUMENTS */
function roleNamed(text: string | undefined): LogRole | undefined {
  const role = LOG_ROLES.find((known) => known === text?.toLowerCase());
  if (role !== undefined || text === undefined) return role;
  throw badArguments(`There is no role "${text}"; the roles are ${LOG_ROLES.join(', ')}.`);
}

/** A moment, or so long ago. @returns epoch milliseconds. @throws CLI_BAD_ARGUMENTS */
function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = /^\d{4}-/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(moment)) return moment;
  try {
    return systemClock.nowMs() - parseDurationMs(text.replace(/\s*ago$/, ''));
  } catch {
    throw badArguments(
      `--since ${text}: that is neither a time such as 2026-01-31T12:00:00Z nor a duration such as 10min.`,
    );
  }
}
