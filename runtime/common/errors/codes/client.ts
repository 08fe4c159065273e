import { defineCodes } from './code-entry.js';

export const CLIENT_CODES = defineCodes({
  CLIENT_REQUEST_REFUSED: {
    domain: 'user',
    summary: 'The ResourceManager or JobManager refused what a command asked for.',
    hint: 'The message says why.',
  },
  CLIENT_MEMORY_OVER_MAXIMUM: {
    domain: 'user',
    summary: 'The JobManager or a TaskManager needs more memory or cores than any container of the cluster may have.',
    hint: 'Ask for less (-jm, -tm, -s), or start a larger NodeManager.',
  },
  CLIENT_APPLICATION_ENDED: {
    domain: 'external',
    summary: 'An application ended before its JobManager could be reached.',
    hint: 'See what it wrote: `weft logs APPLICATION`.',
  },
  CLIENT_STALE_SESSION: {
    domain: 'user',
    summary: 'The session that was named, or remembered in the properties file, does not run any more.',
    hint: 'Start a new one with `yarn-session -d`, or name one that runs: `weft app -list`.',
  },
  CLIENT_BAD_PROPERTIES_FILE: {
    domain: 'user',
    summary: 'The properties file of the last session cannot be read.',
    hint: 'Delete the file named in the message; it only remembers the last session.',
  },
});
