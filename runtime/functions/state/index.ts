/** State as users meet it: descriptors, what they get by them, and functions that take part in checkpoints. */
export * from './descriptors.js';
export * from './state-ttl.js';
export * from './states.js';
export * from './stores.js';
