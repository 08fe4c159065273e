/** `weft app -changeQueue | -updatePriority | -updateLifetime`: changes an application that waits or runs. */
import type { Clock } from '../../runtime/common/clock.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { badArguments, type OptionSpec, type ParsedOptions } from '../program/option-parser.js';
import type { ResourceManagerClient } from './resourcemanager-client.js';

export const CHANGE_OPTIONS = {
  appId: { long: 'appId', value: 'application id', description: 'The application that is to be changed' },
  changeQueue: { long: 'changeQueue', value: 'queue', description: 'Moves it with all that it holds' },
  updatePriority: { long: 'updatePriority', value: 'n', description: 'Gives it another priority' },
  updateLifetime: { long: 'updateLifetime', value: 'seconds', description: 'Ends it so many seconds from now' },
  movetoqueue: { long: 'movetoqueue', value: 'application id', description: 'Older form, with -queue', hidden: true },
} satisfies Record<string, OptionSpec>;

type ChangeOptions = ParsedOptions<keyof typeof CHANGE_OPTIONS | 'queue'>;

/** What was done, in a sentence. */
type Change = (client: ResourceManagerClient) => Promise<string>;

/** Undefined where none is asked for. @throws CLI_BAD_ARGUMENTS, BAD_ID */
export function changeOf(options: ChangeOptions, clock: Clock): Change | undefined {
  const queue = options.get(options.has('movetoqueue') ? 'queue' : 'changeQueue');
  const priority = options.get('updatePriority');
  const lifetime = options.get('updateLifetime');
  const wanted = [queue, priority, lifetime].filter((each) => each !== undefined).length;
  if (wanted === 0 && !options.has('appId') && !options.has('movetoqueue')) return undefined;
  const id = options.get('movetoqueue') ?? options.get('appId');
  if (id === undefined || wanted !== 1) {
    throw badArguments(
      'Please specify -appId <application id>, and one of -changeQueue, -updatePriority, -updateLifetime.',
    );
  }
  const applicationId = parseApplicationId(id);
  if (queue !== undefined) {
    return async (client) => `${applicationId} is in the queue ${await client.move(applicationId, queue)} now.`;
  }
  if (priority !== undefined) {
    const number = wholeNumber('-updatePriority', priority, 0);
    return async (client) => `${applicationId} has the priority ${await client.prioritize(applicationId, number)} now.`;
  }
  const expiresMs = clock.nowMs() + wholeNumber('-updateLifetime', lifetime ?? '', 1) * 1000;
  return async (client) => `${applicationId} ends by ${await client.expireAt(applicationId, expiresMs)}.`;
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw badArguments(`${option} ${text}: that is not a whole number of at least ${least}.`);
}
