/** Which ResourceManager a command speaks to. */
import { readFile } from 'node:fs/promises';
import {
  loadYarnSite,
  resourceManagerUrls,
  yarnOptions,
  type Configuration,
} from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { RoleRecord, WeftHome } from '../../runtime/common/home.js';
import { addressesOf } from '../../runtime/common/http/addresses.js';
import { packageFile } from '../program/package-root.js';

/** Names a ResourceManager for all commands of a shell. */
export const RESOURCE_MANAGER_VARIABLE = 'WEFT_RM';

/**
 * The URL that the configuration names, else the variable WEFT_RM, else that of the cluster in WEFT_HOME; of several
 * ResourceManagers all, separated by commas.
 * @throws UNREACHABLE when there is none
 */
export function resourceManagerUrl(configuration: Configuration, home: WeftHome): Promise<string> {
  return resourceManagerAddress(home, configuration.get(yarnOptions.resourceManagerAddress));
}

/** As `resourceManagerUrl`, with an address from the command line (`--rm`) in place of the configuration. */
export async function resourceManagerAddress(home: WeftHome, named: string | undefined): Promise<string> {
  const address = named ?? process.env[RESOURCE_MANAGER_VARIABLE] ?? '';
  if (address !== '') return addressesOf(address).map(urlOf).join(',');
  const standingByEachOther = resourceManagerUrls(loadYarnSite(home.confDir(packageFile('conf'))));
  if (standingByEachOther !== undefined) return standingByEachOther;
  try {
    return (JSON.parse(await readFile(home.clusterFile('resourcemanager'), 'utf8')) as RoleRecord).url;
  } catch (cause) {
    throw new WeftError('UNREACHABLE', `No ResourceManager runs in ${home.path}.`, {
      hint: `Start a cluster with "weft up -d", or name one with --rm URL or ${RESOURCE_MANAGER_VARIABLE}.`,
      cause,
    });
  }
}

/** `host:port` as a URL, without a slash at its end. @throws CLI_BAD_ARGUMENTS */
export function urlOf(address: string): string {
  const url = (/^https?:\/\//.test(address) ? address : `http://${address}`).replace(/\/+$/, '');
  if (URL.canParse(url)) return url;
  throw new WeftError('CLI_BAD_ARGUMENTS', `"${address}" is no address: write host:port or http://host:port.`);
}
