/** Options of every command that submits an application, with Flink's names. */
import type { OptionSpec } from '../program/option-parser.js';

export const SUBMISSION_OPTIONS = {
  name: { short: 'nm', long: 'name', value: 'name', description: 'Name of the application' },
  queue: { short: 'qu', long: 'queue', value: 'queue', description: 'Queue that it is submitted to' },
  nodeLabel: { short: 'nl', long: 'nodeLabel', value: 'label', description: 'Node label that it runs on' },
} satisfies Record<string, OptionSpec>;
