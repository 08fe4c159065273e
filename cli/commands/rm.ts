/** `weft rm`: one ResourceManager in the foreground. */
import { WeftHome } from '../../runtime/common/home.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { runRoleInForeground } from '../cluster/foreground-role.js';
import { resourceManagerCommand } from '../cluster/role-command.js';
import { HOST, PORT } from '../cluster/role-options.js';

export const rmCommand = clusterCommand({
  usage: 'weft rm [OPTIONS]',
  about: 'Runs a ResourceManager in the foreground.',
  options: { host: HOST, port: PORT },
  run: (options) => {
    const home = new WeftHome();
    const role = resourceManagerCommand(home, { host: options.get('host'), port: wholeNumber(options, 'port') });
    return runRoleInForeground(home, role);
  },
});
