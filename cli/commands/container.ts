/** `weft container -list ATTEMPT | -status CONTAINER`: containers that run, with YARN's flags. */
import {
  applicationAttemptId,
  applicationOfAttempt,
  applicationOfContainer,
  parseApplicationAttemptId,
  parseContainerId,
  type ApplicationAttemptId,
  type ContainerId,
} from '../../runtime/common/ids.js';
import type { ContainerReport } from '../client/application-report.js';
import { clientCommand, theOneOf } from '../client/client-command.js';
import { badArguments } from '../program/option-parser.js';
import { renderContainer, renderContainers } from '../render/attempts.js';

export const containerCommand = clientCommand({
  usage: 'weft container -list <attempt id> | -status <container id> | -signal <container id> [command]',
  about: 'The containers of an application that run.',
  options: {
    list: { long: 'list', value: 'attempt id', description: 'Lists the containers that run for an attempt' },
    signal: {
      long: 'signal',
      value: 'container id',
      description: 'Signals a container; the command follows: GRACEFUL_SHUTDOWN (unless told), FORCEFUL_SHUTDOWN',
    },
    all: { long: 'all', description: 'With -list: also those that ended lately' },
    status: { long: 'status', value: 'container id', description: 'Shows one container' },
  },
  words: 1,
  plan(options) {
    const action = theOneOf(options, ['list', 'status', 'signal']);
    const [command = 'GRACEFUL_SHUTDOWN'] = options.words;
    if (action === 'signal') {
      const id = parseContainerId(options.get('signal') ?? '');
      return async (client) => {
        await client.signalContainer(id, command);
        return { text: `Signalling container ${id}`, result: { containerId: id, command } };
      };
    }
    if (options.words.length > 0) throw badArguments(`Unrecognized argument: ${command}`);
    if (action === 'list') {
      const id = parseApplicationAttemptId(options.get('list') ?? '');
      return async (client) => {
        const application = applicationOfAttempt(id);
        const containers = await client.containers(application, id);
        if (options.has('all')) containers.push(...(await client.endedContainers(application)).filter(isOf(id)));
        return { text: renderContainers(containers), result: { containers } };
      };
    }
    const id = parseContainerId(options.get('status') ?? '');
    const application = applicationOfContainer(id);
    const attempt = attemptOf(id);
    return async (client) => {
      const container = await client.container(application, attempt, id);
      return { text: renderContainer(container), result: container };
    };
  },
});

function isOf(attempt: ApplicationAttemptId): (container: ContainerReport) => boolean {
  return ({ containerId }) => attemptOf(parseContainerId(containerId)) === attempt;
}

/** The attempt is the last number but one: container_e17_1410901177871_0001_01_000005. */
function attemptOf(id: ContainerId): ApplicationAttemptId {
  return applicationAttemptId(applicationOfContainer(id), Number(id.split('_').at(-2)));
}
