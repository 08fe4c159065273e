/** Which ResourceManager a command speaks to. */
import { WeftError } from '../../runtime/common/errors/index.js';
import { readJson, type RoleRecord, type WeftHome } from '../../runtime/common/home.js';

/** Names a ResourceManager for all commands of a shell. */
export const RESOURCE_MANAGER_VARIABLE = 'WEFT_RM';

/**
 * The URL that was named on the command line (`--rm`), else by `WEFT_RM`, else that of the cluster in WEFT_HOME.
 * @throws UNREACHABLE when there is none
 */
export function resourceManagerAddress(home: WeftHome, named: string | undefined): string {
  const url = named ?? process.env[RESOURCE_MANAGER_VARIABLE] ?? '';
  if (url !== '') return withScheme(url).replace(/\/+$/, '');
  const record = readJson<RoleRecord>(home.clusterFile('resourcemanager'));
  if (record !== undefined) return record.url;
  throw new WeftError('UNREACHABLE', `No ResourceManager runs in ${home.path}.`, {
    hint: `Start a cluster with "weft up -d", or name one with --rm URL or ${RESOURCE_MANAGER_VARIABLE}.`,
  });
}

function withScheme(url: string): string {
  return /^https?:\/\//.test(url) ? url : `http://${url}`;
}
