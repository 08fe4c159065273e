import { defineCodes } from './code-entry.js';

export const NODEMANAGER_CODES = defineCodes({
  CONTAINER_NOT_ALLOCATED: {
    domain: 'external',
    summary:
      'A NodeManager was asked to start a container that was allocated on another node or to another application.',
    hint: 'Start each container on the node that its allocation names.',
  },
  CONTAINER_ENDED: {
    domain: 'external',
    summary: 'A NodeManager was asked to start a container that has ended already.',
    hint: 'Ask the ResourceManager for a new container.',
  },
  CONTAINER_LAUNCH_FAILED: {
    domain: 'external',
    summary: 'The program of a container could not be started.',
    hint: 'See the message for the reason, and the log of the NodeManager for the rest.',
  },
  LOCAL_RESOURCE_BAD_PATH: {
    domain: 'user',
    summary: 'A shipped file was to be put outside the working folder of its container.',
    hint: 'Ship files under relative paths without ".." and without one path lying inside another file.',
  },
  NODEMANAGER_RUNS_ALREADY: {
    domain: 'user',
    summary: 'A NodeManager of this number runs already in this WEFT_HOME.',
    hint: 'Give the second one another --index or another WEFT_HOME, or stop the first.',
  },
});
