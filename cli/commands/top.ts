/** `weft top`: what runs in the cluster, refreshed in place on a terminal, with the options of `yarn top`; or once, for scripts. */
import { systemClock } from '../../runtime/common/clock.js';
import { clientCommand } from '../client/client-command.js';
import { badArguments } from '../program/option-parser.js';
import { renderTop } from '../render/top.js';
import { FIRST_ORDER, orderBy, ordered } from '../top/columns.js';
import { LiveTop } from '../top/live-top.js';
import { openScreen } from '../top/screen.js';
import { lookAt, type TopSnapshot } from '../top/snapshot.js';

const DEFAULT_DELAY_S = 3;

export const topCommand = clientCommand({
  usage: 'weft top [OPTIONS]',
  about: 'What runs in the cluster: its figures, its queues and its applications.',
  options: {
    delay: { long: 'delay', value: 'seconds', description: `Looks again after so long; ${DEFAULT_DELAY_S} by default` },
    sort: { long: 'sort', value: 'column', description: 'Sorts by this column; MEM by default' },
    queues: { long: 'queues', value: 'queues', description: 'Only these queues, separated by commas' },
    users: { long: 'users', value: 'users', description: 'Only applications of these users, separated by commas' },
    types: { long: 'types', value: 'types', description: 'Only applications of these types, separated by commas' },
    rows: { long: 'rows', value: 'n', description: 'Shows so many lines; as the terminal has, unless told' },
    cols: { long: 'cols', value: 'n', description: 'Shows so many characters of a line; as the terminal has' },
    once: { long: 'once', description: 'Prints what there is now and ends, as with --json and without a terminal' },
  },
  plan(options) {
    const filter = {
      queues: listOf(options.get('queues')),
      users: listOf(options.get('users')),
      types: listOf(options.get('types')),
    };
    const delayMs = (positive('delay', options.get('delay')) ?? DEFAULT_DELAY_S) * 1000;
    const size = { rows: positive('rows', options.get('rows')), columns: positive('cols', options.get('cols')) };
    const sort = options.get('sort');
    const order = sort === undefined ? FIRST_ORDER : orderBy(sort);
    const isLive = process.stdout.isTTY && !options.has('once') && !options.has('json');
    return async (client) => {
      const look = (): Promise<TopSnapshot> => lookAt(client, filter, systemClock);
      if (isLive) {
        const live = new LiveTop({ look, open: openScreen, clock: systemClock, delayMs, order, size });
        return { text: await live.run(), result: {} };
      }
      const snapshot = await look();
      return {
        text: renderTop(snapshot, order, size),
        result: { ...snapshot, applications: ordered(snapshot.applications, order) },
      };
    };
  },
});

function listOf(text = ''): string[] {
  return text.split(',').filter((part) => part !== '');
}

/** @throws CLI_BAD_ARGUMENTS */
function positive(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) > 0) return Number(text);
  throw badArguments(`-${name} takes a whole number from 1 up, not ${text}.`);
}
