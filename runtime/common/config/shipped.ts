/** A role's configuration as the process that started it hands it over; apart from the reading of files, whose parsers it spares. */
import { Configuration } from './configuration.js';
import { OPEN_PREFIXES, OPTIONS } from './options/index.js';

/** A configuration from properties alone, as a role gets it from the process that started it. */
export function configurationOf(properties: Readonly<Record<string, string>>, origin = 'shipped'): Configuration {
  const layer = new Map(Object.entries(properties).map(([key, value]) => [key, { value, origin }]));
  return Configuration.of(OPTIONS, OPEN_PREFIXES, [layer]);
}
