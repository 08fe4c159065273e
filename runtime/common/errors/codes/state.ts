import { defineCodes } from './code-entry.js';

/** Codes of `runtime/state` and `runtime/time`. */
export const STATE_CODES = defineCodes({
  STATE_NO_KEY: {
    domain: 'user',
    summary:
      'Keyed state or a timer was used where no key is at hand: in open(), close(), or on a stream without keys.',
    hint: 'Use it in processElement() or onTimer() of an operator behind keyBy(); in open() only get hold of it.',
  },
  STATE_KEY_CHANGED: {
    domain: 'user',
    summary: 'A key belongs to another subtask than the one that has its record: its selector gave two different keys.',
    hint: 'A key selector must give the same key for the same record each time, and nobody may change a key afterwards.',
  },
  STATE_NOT_SERIALIZABLE: {
    domain: 'user',
    summary: 'A value in state cannot be written to a checkpoint: a function, a symbol, a promise, a cycle …',
    hint: 'Keep plain data in the state named; what can be made again (connections, caches) belongs into open().',
  },
  STATE_KIND_CHANGED: {
    domain: 'user',
    summary: 'A state was asked for under a name that belongs to a state of another kind.',
    hint: 'Give each state of an operator its own name; a state that changes its kind needs a new one.',
  },
  STATE_TYPE_INCOMPATIBLE: {
    domain: 'user',
    summary:
      'A state that came back was kept under a type that cannot be brought into the one that the program declares.',
    hint: 'Do what the message says, or give the changed state a new name; `weft savepoint check` tells it before the job is stopped.',
  },
  STATE_BAD_DESCRIPTOR: {
    domain: 'user',
    summary: 'A state was asked for with something that is not the right kind of descriptor.',
    hint: 'Pass new ValueStateDescriptor(name), new MapStateDescriptor(name) … as the method asks.',
  },
  STATE_BAD_MAP_KEY: {
    domain: 'user',
    summary: 'A key of a map state is an object, null or undefined.',
    hint: 'Use a string, number, bigint or boolean, for example a text made of the parts of the key.',
  },
  STATE_READ_ONLY: {
    domain: 'user',
    summary: 'Broadcast state was changed where it may only be read.',
    hint: 'Change it in processBroadcastElement(), which every subtask sees alike.',
  },
  STATE_CORRUPT: {
    domain: 'external',
    summary: 'State of a checkpoint cannot be read.',
    hint: 'Start from an earlier checkpoint or savepoint; check the storage.',
  },
  STATE_DISK_FAILED: {
    domain: 'external',
    summary: 'The local disk on which a task keeps its state could not be written or read.',
    hint: 'Make room on, or repair, the disk of the folder named (`io.tmp.dirs`); the job goes on from its last checkpoint.',
    retry: 'backoff',
  },
  STATE_DISK_LIMIT: {
    domain: 'user',
    summary: 'The state on disk of one subtask of an operator is larger than a subtask can have.',
    hint: 'Raise the parallelism of the operator, or give its state a time to live.',
  },
  STATE_FORMAT_UNKNOWN: {
    domain: 'user',
    summary: 'State was written by a version of Weft whose format this one does not read.',
    hint: 'Start the job with the version that wrote the checkpoint, or with one that can read it.',
  },
  STATE_MAX_PARALLELISM_CHANGED: {
    domain: 'user',
    summary: 'The maximum parallelism of an operator is not the one that its state was written with.',
    hint: 'Set setMaxParallelism() to the number in the message: it is fixed for the life of the state.',
  },
  TIME_NO_TIMESTAMP: {
    domain: 'user',
    summary:
      'A record without a timestamp, or with one that is no number, reached an operator that works by event time.',
    hint: 'Assign timestamps with assignTimestampsAndWatermarks() before the operator, or use processing time.',
  },
});
