/** The lines of a file, or of the files of a folder; a large file is read by several subtasks. */
import type {
  Boundedness,
  Source,
  SourceReader,
  SourceReaderContext,
  SplitEnumerator,
  SplitEnumeratorContext,
} from '../../functions/index.js';
import { FileEnumerator, type FileEnumeratorState } from './file-enumerator.js';
import type { FileSplit } from './file-split.js';
import { TextFileReader } from './text-file-reader.js';

export interface TextFileOptions {
  /** A file, or a folder. */
  path: string;
  /** Makes the record of a line. @default the line */
  deserialize?: (line: string) => unknown;
  /** Looks for new and changed files at this interval, and never ends. */
  watchMs?: number;
}

export class TextFileSource implements Source<unknown, FileSplit, FileEnumeratorState> {
  constructor(private readonly options: TextFileOptions) {}

  get boundedness(): Boundedness {
    return this.options.watchMs === undefined ? 'BOUNDED' : 'CONTINUOUS_UNBOUNDED';
  }

  createEnumerator(
    context: SplitEnumeratorContext<FileSplit>,
    restored: FileEnumeratorState | undefined,
  ): SplitEnumerator<FileSplit, FileEnumeratorState> {
    const { path, watchMs } = this.options;
    return new FileEnumerator(context, { path, watchMs }, restored);
  }

  createReader(context: SourceReaderContext): SourceReader<unknown, FileSplit> {
    return new TextFileReader(context, this.options.deserialize);
  }
}
