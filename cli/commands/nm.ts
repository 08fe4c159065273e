/** `weft nm`: one NodeManager in the foreground. */
import { WeftHome } from '../../runtime/common/home.js';
import { liveRoleRecord } from '../../runtime/common/process/role-record.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { runRoleInForeground } from '../cluster/foreground-role.js';
import { nodeManagerCommand } from '../cluster/role-command.js';
import { HOST, MEMORY, PORT, RESOURCE_MANAGER, VCORES } from '../cluster/role-options.js';

export const nmCommand = clusterCommand({
  usage: 'weft nm [OPTIONS]',
  about: 'Runs a NodeManager in the foreground.',
  options: {
    rm: RESOURCE_MANAGER,
    index: { long: 'index', value: 'n', description: 'Number of the node in WEFT_HOME; by default the first free one' },
    host: HOST,
    port: PORT,
    memory: MEMORY,
    vcores: VCORES,
  },
  run: (options) => {
    const home = new WeftHome();
    const role = nodeManagerCommand(home, wholeNumber(options, 'index') ?? firstFreeIndex(home), {
      host: options.get('host'),
      port: wholeNumber(options, 'port'),
      memoryMb: wholeNumber(options, 'memory'),
      vcores: wholeNumber(options, 'vcores'),
      resourceManagerUrl: options.get('rm'),
    });
    return runRoleInForeground(home, role);
  },
});

function firstFreeIndex(home: WeftHome): number {
  let index = 0;
  while (liveRoleRecord(home, `nodemanager-${index}`) !== undefined) index++;
  return index;
}
