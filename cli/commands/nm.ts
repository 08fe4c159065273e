/** `weft nm`: one NodeManager in the foreground. */
import { hasCode } from '../../runtime/common/errors/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { addressesOf } from '../../runtime/common/http/addresses.js';
import { liveRoleRecord } from '../../runtime/common/process/role-record.js';
import { urlOf } from '../client/resourcemanager-address.js';
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
  run: async (options) => {
    const home = new WeftHome();
    const resourceManager = options.get('rm');
    const flags = {
      host: options.get('host'),
      port: wholeNumber(options, 'port'),
      memoryMb: wholeNumber(options, 'memory'),
      vcores: wholeNumber(options, 'vcores'),
      resourceManagerUrl: resourceManager === undefined ? undefined : addressesOf(resourceManager).map(urlOf).join(','),
    };
    const wanted = wholeNumber(options, 'index');
    for (let index = wanted ?? 0; ; index++) {
      if (wanted === undefined && liveRoleRecord(home, `nodemanager-${index}`) !== undefined) continue;
      try {
        return await runRoleInForeground(home, nodeManagerCommand(home, index, flags));
      } catch (error) {
        // Another one took the number meanwhile.
        if (wanted !== undefined || !hasCode(error, 'NODEMANAGER_RUNS_ALREADY')) throw error;
      }
    }
  },
});
