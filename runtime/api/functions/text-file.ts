import { WriteMode } from '../../functions/index.js';
import type { SinkSpec } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';
import { checkPath } from '../checks.js';
import { syncFunction } from './user-function.js';

/** @throws API_BAD_ARGUMENT */
export function textFile(
  caller: string,
  path: string,
  writeMode: WriteMode = WriteMode.NO_OVERWRITE,
  format: unknown,
  rowDelimiter = '\n',
): SinkSpec {
  if (!Object.hasOwn(WriteMode, writeMode)) {
    throw apiError(
      'API_BAD_ARGUMENT',
      `The write mode of ${caller}() is "${writeMode}": it is NO_OVERWRITE or OVERWRITE.`,
    );
  }
  const lines = syncFunction<{ format(record: unknown): string }>(caller, 'format', format);
  return {
    kind: 'text-file',
    path: checkPath(`The path of ${caller}()`, path),
    writeMode,
    format: (record) => lines.format(record),
    rowDelimiter,
  };
}
