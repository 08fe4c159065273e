/** `weft down`: ends the cluster in WEFT_HOME, whatever state it is in. */
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { createLogger } from '../../runtime/common/log/logger.js';
import { clusterCommand } from '../cluster/cluster-command.js';
import { containerProcesses, liveClusterProcesses, recordNames } from '../cluster/cluster-processes.js';
import { stopCluster } from '../cluster/shutdown.js';
import { print } from '../output.js';

export const downCommand = clusterCommand({
  usage: 'weft down',
  about: 'Stops the cluster in WEFT_HOME: its applications, then its roles.',
  options: {},
  run: async () => {
    const home = new WeftHome();
    const isRunning = liveClusterProcesses(home).length > 0 || containerProcesses(home).length > 0;
    // Also clears the records that dead roles have left.
    if (isRunning || recordNames(home).length > 0) {
      await stopCluster({ home, clock: systemClock, log: createLogger({ role: 'cli' }) });
    }
    print(isRunning ? `The cluster in ${home.path} is stopped.` : `No cluster runs in ${home.path}.`);
    return 0;
  },
});
