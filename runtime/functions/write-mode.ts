/** What a file sink does about what is at its path already. Values are Flink's names. */
export const WriteMode = {
  /** A file there is an error; so files of another run are never lost. */
  NO_OVERWRITE: 'NO_OVERWRITE',
  /** Files of another run are replaced. */
  OVERWRITE: 'OVERWRITE',
} as const;
export type WriteMode = (typeof WriteMode)[keyof typeof WriteMode];
