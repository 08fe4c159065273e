/** `weft token`: a token with which somebody, or some program, may ask a cluster that wants tokens; and new keys for it. */
import { WeftError } from '../../runtime/common/errors/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { rollClusterKeys } from '../../runtime/common/security/cluster-keys.js';
import { makeToken, userName } from '../client/credentials.js';
import { clusterCommand, wholeNumber } from '../cluster/cluster-command.js';
import { print } from '../output.js';
import { badArguments } from '../program/option-parser.js';

const DEFAULT_HOURS = 8;
const HOUR_MS = 3_600_000;

export const tokenCommand = clusterCommand({
  usage: 'weft token [OPTIONS]',
  about:
    'Prints a token for pages and REST, signed with the key of this cluster: as WEFT_TOKEN for commands, as “Authorization: Bearer …” for programs, as ?token=… for a browser.',
  options: {
    user: { long: 'user', value: 'name', description: 'Whom it speaks for (default: you)' },
    hours: { long: 'hours', value: 'n', description: `How long it is good (default: ${DEFAULT_HOURS})` },
    roll: {
      long: 'roll',
      description: 'Makes a new key instead; tokens of the one before stay good until the next time',
    },
  },
  run: (options) => {
    const { clusterKeyFile } = new WeftHome();
    if (options.has('roll')) {
      rollClusterKeys(clusterKeyFile);
      print(`${clusterKeyFile} has a new key. Copy the file to the other machines of the cluster.`);
      return Promise.resolve(0);
    }
    const hours = wholeNumber(options, 'hours') ?? DEFAULT_HOURS;
    if (hours === 0) throw badArguments('The option hours takes a number above 0.');
    const token = makeToken(options.get('user') ?? userName(), hours * HOUR_MS);
    if (token === undefined) {
      throw new WeftError(
        'AUTH_BAD_TOKEN',
        `The key of the cluster, ${clusterKeyFile}, is not there or not readable.`,
        {
          hint: 'Run this as the user that runs the cluster, with its WEFT_HOME.',
        },
      );
    }
    print(token);
    return Promise.resolve(0);
  },
});
