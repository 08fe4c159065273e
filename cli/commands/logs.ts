/** `weft logs APP`: what the processes of an application wrote, running or ended. */
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
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
    tail: { long: 'tail', value: 'n', description: 'Only the last lines of each file' },
    raw: { long: 'raw', description: 'Prints structured lines as they were written, as JSON' },
    rm: RESOURCE_MANAGER,
  },
  run: async (options) => {
    const [word] = options.words;
    if (word === undefined) throw badArguments('Missing argument: the id of an application');
    const applicationId = parseApplicationId(word);
    const role = roleNamed(options.get('role'));
    const tail = wholeNumber(options, 'tail');
    const client = new ResourceManagerClient(await resourceManagerAddress(new WeftHome(), options.get('rm')));
    try {
      const raw = options.has('raw');
      const logs = new ApplicationLogs({ applicationId, client, clock: systemClock, role, tail, raw, print, warn });
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
