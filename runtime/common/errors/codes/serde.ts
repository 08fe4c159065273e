import { defineCodes } from './code-entry.js';

/** Codes of `runtime/serde` and `runtime/exchange`. */
export const SERDE_CODES = defineCodes({
  SERDE_BAD_KEY: {
    domain: 'user',
    summary:
      'A key selector returned a value that cannot be a key: NaN, null, undefined, a function or a plain object.',
    hint: 'Return a string, number, bigint, boolean, Date, or an array of these.',
  },
  SERDE_UNSUPPORTED_VALUE: {
    domain: 'user',
    summary: 'A record holds a value that cannot be sent: a function, a symbol, a promise, a cycle …',
    hint: 'Leave the field named in the message out, or turn it into plain data.',
  },
  SERDE_RECORD_TOO_LARGE: {
    domain: 'user',
    summary: 'A record takes more bytes than taskmanager.record.max-size allows.',
    hint: 'Make records smaller, say by splitting them or by sending where the data lies; or raise the key.',
  },
  SERDE_CORRUPT: {
    domain: 'internal',
    summary: 'Bytes that came over a channel do not decode to a record.',
    hint: 'Please report it with the log of both TaskManagers.',
  },
  EXCHANGE_INSUFFICIENT_BUFFERS: {
    domain: 'user',
    summary: 'The network memory of a TaskManager is too small for the channels of a job.',
    hint: 'Raise taskmanager.memory.network.min (or .fraction), or lower the parallelism.',
  },
  EXCHANGE_PARTITION_FAILED: {
    domain: 'external',
    summary: 'The file of a blocking exchange cannot be written or read.',
    hint: 'Look at the disk of the container’s working folder: is it full, or gone?',
    retry: 'backoff',
  },
  EXCHANGE_PEER_LOST: {
    domain: 'external',
    summary: 'The TaskManager at the other end of a channel is gone.',
    hint: 'See the log of the TaskManager named in the message; a restart strategy would run the job again.',
  },
  EXCHANGE_BAD_PARTITION: {
    domain: 'user',
    summary: 'A custom partitioner returned a number that is no channel.',
    hint: 'Return an integer from 0 to numPartitions - 1.',
  },
  EXCHANGE_UNKNOWN_CHANNEL: {
    domain: 'internal',
    summary: 'A task asked for an edge that its slot was not set up with.',
    hint: 'Please report it with the log of the TaskManager.',
  },
  EXCHANGE_BAD_FRAME: {
    domain: 'external',
    summary: 'A connection to the data port sent something that is not the data protocol.',
    hint: 'Check what else connects to this port; the connection was closed and nothing else disturbed.',
  },
});
