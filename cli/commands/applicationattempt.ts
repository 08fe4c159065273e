/** `weft applicationattempt -list APP | -status ATTEMPT | -fail ATTEMPT`: attempts to run an application, with YARN's flags. */
import { applicationOfAttempt, parseApplicationAttemptId, parseApplicationId } from '../../runtime/common/ids.js';
import { clientCommand, theOneOf } from '../client/client-command.js';
import { renderAttempt, renderAttempts } from '../render/attempts.js';

export const applicationAttemptCommand = clientCommand({
  usage: 'weft applicationattempt -list <application id> | -status <attempt id> | -fail <attempt id>',
  about: 'The attempts to run an application.',
  options: {
    list: { long: 'list', value: 'application id', description: 'Lists the attempts of an application' },
    status: { long: 'status', value: 'attempt id', description: 'Shows one attempt' },
    fail: { long: 'fail', value: 'attempt id', description: 'Ends an attempt, which counts as failed' },
  },
  plan(options) {
    const action = theOneOf(options, ['list', 'status', 'fail']);
    if (action === 'list') {
      const id = parseApplicationId(options.get('list') ?? '');
      return async (client) => {
        const attempts = await client.attempts(id);
        return { text: renderAttempts(attempts), result: { attempts } };
      };
    }
    const id = parseApplicationAttemptId(options.get(action) ?? '');
    const application = applicationOfAttempt(id);
    if (action === 'fail') {
      return async (client) => {
        await client.failAttempt(application, id);
        return { text: `Failed ${id}.`, result: { failed: id } };
      };
    }
    return async (client) => {
      const attempt = await client.attempt(application, id);
      return { text: renderAttempt(attempt), result: attempt };
    };
  },
});
