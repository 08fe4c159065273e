export * from './option.js';
export { Configuration, HIDDEN, nearest, type Origin, type RawEntry } from './configuration.js';
export { configurationOf, loadConfiguration, parseConfigText } from './load.js';
export * from './options/index.js';
