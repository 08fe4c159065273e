/**
 * Files of users and of checkpoints, wherever they lie: a path's scheme chooses the file system (`file:` is built in, others
 * register themselves). Sources, sinks and checkpoint storage go through it; what a role keeps for itself on its own disk need not.
 */
export type { ByteRange, CreateOptions, FileReader, FileStatus, FileSystem, FileWriter } from './file-system.js';
export { joinPath, nameOf } from './paths.js';
export { fileSystemOf, registerFileSystem } from './registry.js';
export { readWholeFile, writeWholeFile } from './whole-files.js';
