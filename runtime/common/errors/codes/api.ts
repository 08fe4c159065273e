import { defineCodes } from './code-entry.js';

/** Wrong use of the DataStream API, found while the program builds its graph. */
export const API_CODES = defineCodes({
  API_BAD_ARGUMENT: {
    domain: 'user',
    summary: 'A method of the DataStream API was called with an argument that it cannot take.',
    hint: 'Correct the call at the line named.',
  },
  API_BAD_FUNCTION: {
    domain: 'user',
    summary: 'An operator was given no function, or an object without the method that the operator calls.',
    hint: 'Pass a function, or an object or class instance that has the method named.',
  },
  API_ASYNC_FUNCTION: {
    domain: 'user',
    summary: 'An operator that needs a value at once was given an async function.',
    hint: 'Return the value itself; wait for the outside world in a source, a sink, or open().',
  },
  API_EMPTY_ELEMENTS: {
    domain: 'user',
    summary: 'fromElements() was called without elements.',
    hint: 'Pass at least one element, or use fromCollection([]) for a source that is empty on purpose.',
  },
  API_PARALLELISM: {
    domain: 'user',
    summary:
      'A parallelism or maximum parallelism is out of range, or a source that cannot run in parallel was given more than 1.',
    hint: 'Use a whole number from 1 (to 32768 for the maximum); for a parallel source implement ParallelSourceFunction.',
  },
  API_KEYED_PARTITIONING: {
    domain: 'user',
    summary: 'A keyed stream was asked to spread its records in another way than by key.',
    hint: 'Spread the records before keyBy(), or apply an operator to the keyed stream first.',
  },
  API_FOREIGN_STREAM: {
    domain: 'user',
    summary: 'Streams of two different environments were combined.',
    hint: 'Build a job from streams of one StreamExecutionEnvironment.',
  },
  JOB_RESULTS_LOST: {
    domain: 'user',
    summary: 'A job whose results the program collects restarted after a part of them was given out.',
    hint: 'Run a job whose results are collected without a restart strategy, or write its results with a sink.',
  },
  API_ACCUMULATOR: {
    domain: 'user',
    summary:
      'An accumulator was registered under a name that is taken, under two kinds, or is of no kind that Weft knows.',
    hint: 'Give each accumulator of a task its own name, the same kind in all subtasks, and use the classes of weft-stream.',
  },
  API_NO_HOST: {
    domain: 'internal',
    summary: 'execute() found nobody to run the job.',
    hint: 'Run the program with weft run, or import the installed package weft-stream instead of a bundled copy of it.',
  },
});
