import { defineCodes } from './code-entry.js';

/** TaskManager, operators and connectors: what can go wrong while a job's tasks run. */
export const TASKMANAGER_CODES = defineCodes({
  TASK_USER_FUNCTION_FAILED: {
    domain: 'user',
    summary: 'A function of the program threw an error, or a promise that it returned was rejected.',
    hint: 'See the stack: it names the line of the program. Handle the case there, or set a restart strategy.',
  },
  TASK_RETURNED_PROMISE: {
    domain: 'user',
    summary: 'A function returned a promise where its value is due.',
    hint: 'Only sources and sinks may be asynchronous; make the function of this operator synchronous.',
  },
  TASK_BAD_RESULT: {
    domain: 'user',
    summary: 'A function returned something that its operator cannot use.',
    hint: 'A flatMap returns an array or another iterable, or calls its collector and returns nothing.',
  },
  TASK_TYPE_MISMATCH: {
    domain: 'user',
    summary: 'An operator emitted a record that is not of the type that returns() declared.',
    hint: 'Correct the function of the operator, or the type: Types.OPTIONAL and Types.NULLABLE allow what is missing.',
  },
  TASK_ASYNC_TIMEOUT: {
    domain: 'external',
    summary: 'An async function gave no result for a record in time.',
    hint: 'Raise the timeout, give the function a timeout() method, or look at the service that it asks.',
    retry: 'backoff',
  },
  TASK_MANAGED_MEMORY: {
    domain: 'user',
    summary: 'An operator needs more managed memory than its slot has for it.',
    hint: 'Raise taskmanager.memory.managed.fraction (or .size) or taskmanager.memory.process.size, or use fewer slots.',
  },
  TASK_SPILL_FAILED: {
    domain: 'external',
    summary: 'A file for data beyond memory cannot be written or read.',
    hint: 'Look at the disk of the container’s working folder: is it full, or gone?',
    retry: 'backoff',
  },
  TASK_BAD_OUTPUT: {
    domain: 'user',
    summary:
      'A process function emitted after it had returned (in a timer, a callback, a promise), or to something that is no OutputTag.',
    hint: 'Emit during the call; for what takes time use a source or an async operator.',
  },
  TASK_BAD_KEY: {
    domain: 'user',
    summary:
      'A key selector returned something that cannot be a key: undefined, null, NaN or an object without a key form.',
    hint: 'Return a string, number, boolean or bigint, or a plain object or array of those.',
  },
  TASK_BAD_AGGREGATE: {
    domain: 'user',
    summary: 'A rolling aggregation met a value that it cannot add or compare.',
    hint: 'sum takes numbers and bigints; min and max take numbers, bigints, strings and dates, all of one kind.',
  },
  TASK_WINDOW_IS_OVER: {
    domain: 'user',
    summary: 'An assigner merged windows into one whose end the watermark has passed already.',
    hint: 'The window that others are merged into must not end before they do.',
  },
  TASK_OUT_OF_MEMORY: {
    domain: 'user',
    summary: 'A slot thread used up its share of the heap.',
    hint: 'Raise taskmanager.memory.process.size, use fewer slots per TaskManager, or keep less in memory.',
  },
  TASK_THREAD_DIED: {
    domain: 'external',
    summary: 'A slot thread ended without a reason of its own, for example because the program called process.exit().',
    hint: 'Do not end the process in a function; throw an error instead.',
  },
  TASK_UNCAUGHT_ERROR: {
    domain: 'user',
    summary:
      'The program threw outside of any function of an operator: in a timer, an event, or a promise nobody waits for.',
    hint: 'Await the promise or handle the error where it arises.',
  },
  TASK_GRAPH_MISMATCH: {
    domain: 'user',
    summary: 'The program built another graph in a TaskManager than at the client.',
    hint: 'A program must build the same graph each time: take what varies from arguments or env.value().',
  },
  TASK_SLOT_NOT_FREE: {
    domain: 'internal',
    summary: 'Tasks were sent to a slot that does not exist or runs another job.',
    hint: 'Please report it with the logs of JobManager and TaskManager.',
  },
  TASK_CANCELED: {
    domain: 'external',
    summary: 'A task was cancelled before it had begun.',
    hint: 'Nothing: the job was cancelled, or restarts.',
  },
  SOURCE_OVERRUN: {
    domain: 'user',
    summary: 'A source emitted too many records without waiting for room.',
    hint: 'Await what collect() returns, or write the source as a generator.',
  },
  SOURCE_ENUMERATOR_FAILED: {
    domain: 'user',
    summary: 'The enumerator of a source threw an error, or the thread in which it runs in the JobManager ended.',
    hint: 'See the stack: it names the line of the program. Handle the case there, or set a restart strategy.',
  },
  SOURCE_BAD_SPLIT: {
    domain: 'user',
    summary: 'A split, an event or the state of an enumerator has no splitId or cannot be serialised.',
    hint: 'Keep splits and states plain data (no functions, no classes), or give the source serializers of its own.',
  },
  SOURCE_CANNOT_PAUSE_SPLITS: {
    domain: 'user',
    summary: 'A source with watermark alignment reads several splits at once, and its reader cannot pause one of them.',
    hint: 'Give the reader pauseOrResumeSplits(), or set pipeline.watermark-alignment.allow-unaligned-source-splits.',
  },
  SOURCE_FILE_NOT_FOUND: {
    domain: 'user',
    summary: 'The file or folder that a source shall read is not there.',
    hint: 'Check the path; it must be readable on every node that runs the source.',
  },
  SOURCE_FILE_BROKEN: {
    domain: 'user',
    summary: 'A file that a source reads cannot be read or decompressed to its end.',
    hint: 'Check the file, for example with gzip -t.',
  },
  SOURCE_SOCKET_FAILED: {
    domain: 'external',
    summary: 'A source could not connect to its socket, or lost the connection too often.',
    hint: 'Check that the server listens at the address; raise the number of retries.',
    retry: 'backoff',
  },
  SINK_FILE_EXISTS: {
    domain: 'user',
    summary: 'There is a file at the path of a sink that overwrites nothing.',
    hint: 'Take another path, remove what is there, or give the sink WriteMode.OVERWRITE.',
  },
  SINK_FILE_FAILED: {
    domain: 'user',
    summary: 'A sink could not create or write its file.',
    hint: 'Check the path, its permissions and the free space.',
  },
  TASKMANAGER_MEMORY_IMPOSSIBLE: {
    domain: 'user',
    summary: 'The memory of a TaskManager cannot be divided as configured.',
    hint: 'Raise taskmanager.memory.process.size, or lower the network memory or the number of slots.',
  },
  TASKMANAGER_NO_JOBMANAGER: {
    domain: 'external',
    summary: 'A TaskManager found no JobManager within taskmanager.registration.timeout.',
    hint: 'See the logs of the AppMaster and the JobManager.',
  },
});
