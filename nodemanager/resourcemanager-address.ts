import { sleep, type Clock } from '../runtime/common/clock.js';
import { resourceManagerOptions } from '../runtime/common/config/options/yarn-site.js';
import { resourceManagerUrls } from '../runtime/common/config/resourcemanagers.js';
import { WeftError, hasCode } from '../runtime/common/errors/index.js';
import { readJson, type RoleRecord, type WeftHome } from '../runtime/common/home.js';
import { readClusterKeys } from '../runtime/common/security/cluster-keys.js';
import { signToken } from '../runtime/common/security/token.js';
import type { NodeSettings } from './settings.js';

/** How long a node token is good for; a new one is made for each connection attempt. */
const TOKEN_LIFETIME_MS = 600_000;

/** While both start, the ResourceManager's address is looked for in this rhythm, for so long at a time. */
const ADDRESS_POLL_MS = 10;
const ADDRESS_POLLS = 100;

/** As `resourceManagerAddress`, but waits a second for a ResourceManager that is about to say where it is. */
export async function awaitResourceManagerAddress(
  home: WeftHome,
  settings: NodeSettings,
  clock: Clock,
): Promise<string> {
  for (let poll = 0; poll < ADDRESS_POLLS; poll++) {
    try {
      return resourceManagerAddress(home, settings);
    } catch (error) {
      if (!hasCode(error, 'UNREACHABLE')) throw error;
      await sleep(clock, ADDRESS_POLL_MS);
    }
  }
  return resourceManagerAddress(home, settings);
}

/**
 * Where the ResourceManager is now (or several, separated by commas, of which one leads): as told on the command line, or by `yarn-site.xml` (if it names a port), or as it
 * says itself in WEFT_HOME.
 * @throws UNREACHABLE when nobody knows
 */
function resourceManagerAddress(home: WeftHome, settings: NodeSettings): string {
  const told = settings.resourceManagerUrl ?? resourceManagerUrls(settings.site);
  if (told !== undefined) return told;
  const address = settings.site.get(resourceManagerOptions.webappAddress);
  if (address !== undefined && address.port !== 0) return `http://${address.host}:${address.port}`;
  const file = home.clusterFile('resourcemanager');
  const record = readJson<RoleRecord>(file);
  if (record === undefined) throw new WeftError('UNREACHABLE', `No ResourceManager has left its address in ${file}.`);
  return record.url;
}

/**
 * Proof that this node belongs to the cluster, signed with the key that the ResourceManager made at its first start.
 * @throws AUTH_BAD_TOKEN while there is none, CONFIG_BAD_FILE
 */
export function nodeToken(home: WeftHome, nodeId: string, clock: Clock): string {
  const [key = ''] = readClusterKeys(home.clusterKeyFile);
  return signToken(key, { kind: 'node', subject: nodeId, expiresMs: clock.nowMs() + TOKEN_LIFETIME_MS });
}
