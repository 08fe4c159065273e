import { formatRecord } from '../../format-record.js';
import type { SinkContext } from '../../functions.js';
import type { Sink, SinkWriterContext } from '../sink.js';
import { PartCommitter } from './part-committer.js';
import type { PartFile } from './part-file.js';
import { PartWriter } from './part-writer.js';
import { rollingPolicy, type RollingPolicy } from './rolling-policy.js';

export interface FileSinkOptions<T> {
  /** The folder of a record below the sink's, e.g. its day; '' for the sink's own. @default '' */
  readonly bucketOf?: (record: T, context: SinkContext) => string;
  /** When a part is long enough. */
  readonly rolling?: RollingPolicy;
  /** Of the names of the parts, e.g. `.txt`. @default '' */
  readonly suffix?: string;
}

/**
 * Lines into a folder of parts, each record once. A part has a hidden name (it begins with a dot) while it is written, and gets
 * its own when its checkpoint is complete: what a reader finds is whole and stays.
 */
export class FileSink<T> implements Sink<T, PartFile, never> {
  private constructor(
    private readonly folder: string,
    private readonly encode: (record: T) => string,
    private readonly options: FileSinkOptions<T>,
    private readonly rolling: Required<RollingPolicy>,
  ) {}

  /**
   * @param encode makes the line of a record @default `formatRecord`
   * @throws TypeError, RangeError
   */
  static forRowFormat<T>(
    folder: string,
    encode: (record: T) => string = formatRecord,
    options: FileSinkOptions<T> = {},
  ): FileSink<T> {
    if (typeof folder !== 'string' || folder === '') throw new TypeError('The folder of a FileSink is a path.');
    return new FileSink(folder, encode, options, rollingPolicy(options.rolling ?? {}));
  }

  createWriter(context: SinkWriterContext): PartWriter<T> {
    const { folder, encode, rolling, options } = this;
    const { bucketOf = () => '', suffix = '' } = options;
    return new PartWriter({ folder, encode, bucketOf, rolling, suffix, context });
  }

  createCommitter(): PartCommitter {
    return new PartCommitter();
  }
}
