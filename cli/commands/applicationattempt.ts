/** `weft applicationattempt -list APP | -status ATTEMPT`: attempts to run an application, with YARN's flags. */
import { applicationOfAttempt, parseApplicationAttemptId, parseApplicationId } from '../../runtime/common/ids.js';
import { clientCommand, theOneOf } from '../client/client-command.js';
import { renderAttempt, renderAttempts } from '../render/attempts.js';

export const applicationAttemptCommand = clientCommand({
  usage: 'weft applicationattempt -list <application id> | -status <attempt id>',
  about: 'The attempts to run an application.',
  options: {
    list: { long: 'list', value: 'application id', description: 'Lists the attempts of an application' },
    status: { long: 'status', value: 'attempt id', description: 'Shows one attempt' },
  },
  plan(options) {
    if (theOneOf(options, ['list', 'status']) === 'list') {
      const id = parseApplicationId(options.get('list') ?? '');
      return async (client) => {
        const attempts = await client.attempts(id);
        return { text: renderAttempts(attempts), result: { attempts } };
      };
    }
    const id = parseApplicationAttemptId(options.get('status') ?? '');
    return async (client) => {
      const attempt = await client.attempt(applicationOfAttempt(id), id);
      return { text: renderAttempt(attempt), result: attempt };
    };
  },
});
