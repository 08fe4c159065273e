/** Options that several commands of a cluster's life share. */
import type { OptionSpec } from '../program/option-parser.js';

export const HOST: OptionSpec = {
  long: 'host',
  value: 'host',
  description: 'Interface to bind; loopback unless told otherwise',
};
export const PORT: OptionSpec = { long: 'port', value: 'port', description: 'Port; a free one unless told otherwise' };
export const MEMORY: OptionSpec = {
  long: 'memory-mb',
  value: 'MB',
  description: 'Memory of a node for containers; by default 80 % of the machine, shared by its nodes',
};
export const VCORES: OptionSpec = {
  long: 'vcores',
  value: 'n',
  description: 'Virtual cores of a node; by default those of the machine, at least 8',
};
export const RESOURCE_MANAGER: OptionSpec = {
  long: 'rm',
  value: 'URL',
  description: 'The ResourceManager; by default WEFT_RM, else that of WEFT_HOME',
};
export const JSON_OUTPUT: OptionSpec = { long: 'json', description: 'Prints results and errors as JSON' };
