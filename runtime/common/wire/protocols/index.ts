export * from './exit-reason.js';
export * from './shared.js';
export * from './nodemanager-resourcemanager.js';
export * from './appmaster-resourcemanager.js';
export * from './appmaster-nodemanager.js';
export * from './container-nodemanager.js';
export * from './jobmanager-appmaster.js';
export * from './taskmanager-jobmanager.js';
