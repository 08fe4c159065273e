/** `weft status`: what runs in the cluster. */
import { asWeftError, hasCode } from '../../runtime/common/errors/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { resourceManagerAddress } from '../client/resourcemanager-address.js';
import { clusterCommand } from '../cluster/cluster-command.js';
import { fetchClusterView, type ClusterView } from '../cluster/cluster-view.js';
import { JSON_OUTPUT, RESOURCE_MANAGER } from '../cluster/role-options.js';
import { print } from '../output.js';
import { renderCluster } from '../render/cluster.js';

const NOTHING: ClusterView = { resourceManager: null, nodeManagers: [], applications: [] };

export const statusCommand = clusterCommand({
  usage: 'weft status [OPTIONS]',
  about: 'Shows the ResourceManager, the NodeManagers and the applications.',
  options: { rm: RESOURCE_MANAGER, json: JSON_OUTPUT },
  run: async (options) => {
    const json = options.has('json');
    try {
      const view = await fetchClusterView(await resourceManagerAddress(new WeftHome(), options.get('rm')));
      print(json ? JSON.stringify(view) : renderCluster(view));
      return 0;
    } catch (error) {
      if (!hasCode(error, 'UNREACHABLE')) throw error;
      const { hint, message } = asWeftError(error);
      print(json ? JSON.stringify(NOTHING) : `${message}\n${hint}`);
      return 1;
    }
  },
});
