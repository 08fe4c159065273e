/** The table or the script that `yarn-site.xml` or `core-site.xml` names for the racks of hosts. */
import { execFile } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadYarnSite, topologyOptions as options } from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { DEFAULT_RACK, parseRackList, parseRackTable } from '../nodes/rack-table.js';
import { ONE_RACK, type RackMapping } from '../nodes/racks.js';

const SCRIPT_TIMEOUT_MS = 10_000;
const run = promisify(execFile);

/** The address of a host, as scripts and tables of Hadoop clusters expect it; its name where it has none. */
type AddressLookup = (host: string) => Promise<string>;

const addressOfSystem: AddressLookup = async (host) => {
  try {
    return (await lookup(host)).address;
  } catch {
    return host;
  }
};

/**
 * As the files say now; relative paths begin at their folder.
 * @throws CONFIG_BAD_FILE for a table that cannot be read, CONFIG_BAD_VALUE for a class that is none of Hadoop's
 */
export function loadRackMapping(confDir: string, addressOf: AddressLookup = addressOfSystem): RackMapping {
  const site = loadYarnSite(confDir);
  const name = site.get(options.mapping);
  const pathOf = (path: string): string => resolve(confDir, path);
  switch (name.split('.').at(-1)) {
    case 'ScriptBasedMapping': {
      const script = site.get(options.scriptFile);
      if (script === '') return ONE_RACK;
      return scriptMapping(pathOf(script), site.get(options.scriptArguments), addressOf);
    }
    case 'TableMapping': {
      const table = site.get(options.tableFile);
      if (table !== '') return tableMapping(pathOf(table), addressOf);
      const warning = `${site.originOf(options.mapping)}: there is no ${options.tableFile.key}, so all hosts are in ${DEFAULT_RACK}.`;
      return { ...ONE_RACK, warnings: [warning] };
    }
    default: {
      const message = `${site.originOf(options.mapping)}: ${options.mapping.key}: ${name} is neither ScriptBasedMapping nor TableMapping.`;
      throw new WeftError('CONFIG_BAD_VALUE', message, { subject: options.mapping.key });
    }
  }
}

function tableMapping(path: string, addressOf: AddressLookup): RackMapping {
  const { racks, warnings } = parseRackTable(readTable(path), path);
  const rackOf = async (host: string): Promise<string> =>
    racks.get(host) ?? racks.get(await addressOf(host)) ?? DEFAULT_RACK;
  return { warnings, batch: Infinity, lookUp: (hosts) => Promise.all(hosts.map(rackOf)) };
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
}

function scriptMapping(path: string, batch: number, addressOf: AddressLookup): RackMapping {
  return {
    warnings: [],
    batch,
    lookUp: async (hosts) => {
      const addresses = await Promise.all(hosts.map(addressOf));
      const { stdout } = await run(path, addresses, { timeout: SCRIPT_TIMEOUT_MS });
      try {
        return parseRackList(stdout, hosts.length);
      } catch (cause) {
        throw new Error(`${path}: ${(cause as Error).message}`, { cause });
      }
    },
  };
}
