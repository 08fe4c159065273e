export * from './option.js';
export { Configuration, HIDDEN, nearest, type Origin, type RawEntry } from './configuration.js';
export { loadConfiguration, parseConfigText } from './load.js';
export { configurationOf } from './shipped.js';
export * from './options/index.js';
export { loadYarnSite, YarnConfiguration } from './yarn-site.js';
export { nodeManagerOptions } from './options/node-manager.js';
export { resourceManagerOptions, schedulerOptions, YARN_SITE_OPTIONS } from './options/yarn-site.js';
