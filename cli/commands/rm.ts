/** `weft rm`: one ResourceManager in the foreground. */
import { WeftHome } from '../../runtime/common/home.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { runRoleInForeground } from '../cluster/foreground-role.js';
import { resourceManagerCommand } from '../cluster/role-command.js';
import { HOST, PORT } from '../cluster/role-options.js';

export const rmCommand = clusterCommand({
  usage: 'weft rm [OPTIONS]',
  about: 'Runs a ResourceManager in the foreground.',
  options: {
    host: HOST,
    port: PORT,
    id: { long: 'id', value: 'id', description: 'Which of yarn.resourcemanager.ha.rm-ids it is' },
  },
  run: (options) => {
    const home = new WeftHome();
    const flags = { host: options.get('host'), port: wholeNumber(options, 'port') };
    const role = resourceManagerCommand(home, flags, options.get('id'));
    return runRoleInForeground(home, role);
  },
});
