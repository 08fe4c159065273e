/** The lines of one file, read ahead by at most a chunk or two; `.gz` and `.zst` are decompressed on the way. */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import * as zlib from 'node:zlib';
import { WeftError } from '../../common/errors/index.js';
import { LineSplitter } from '../line-splitter.js';

const CHUNK_BYTES = 64 * 1024;

export class TextLines {
  private readonly splitter = new LineSplitter('\n');
  private readonly decoder = new StringDecoder('utf8');
  private readonly file: Readable;
  private readonly content: Readable;
  private ended = false;
  private finished = false;
  private failure: WeftError | undefined;

  /** @param wake there is more, or the end, or an error */
  constructor(
    private readonly path: string,
    private readonly wake: () => void,
  ) {
    this.file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    this.content = decompressed(path, this.file);
    for (const stream of new Set([this.file, this.content])) stream.on('error', (error) => this.failed(error));
    this.content.on('readable', wake);
    this.content.on('end', () => {
      this.ended = true;
      wake();
    });
  }

  /** True once every line was given out. */
  get done(): boolean {
    return this.finished;
  }

  /** The next line; undefined when none is there now. @throws SOURCE_FILE_BROKEN */
  next(): string | undefined {
    for (;;) {
      const line = this.splitter.next();
      if (line !== undefined) return line;
      const chunk = this.content.read() as Buffer | null;
      if (chunk !== null) {
        this.splitter.push(this.decoder.write(chunk));
        continue;
      }
      if (this.failure !== undefined) throw this.failure;
      return this.ended ? this.last() : undefined;
    }
  }

  close(): void {
    this.file.destroy();
    this.content.destroy();
  }

  private last(): string | undefined {
    if (this.finished) return undefined;
    this.splitter.push(this.decoder.end());
    const line = this.splitter.next() ?? this.splitter.rest();
    this.finished = line === undefined;
    return line;
  }

  private failed(cause: Error): void {
    this.failure ??= new WeftError('SOURCE_FILE_BROKEN', `${this.path} cannot be read to its end: ${cause.message}`, {
      subject: this.path,
      cause,
    });
    this.wake();
  }
}

/** @throws SOURCE_FILE_BROKEN for zstd where Node does not have it */
function decompressed(path: string, file: Readable): Readable {
  if (path.endsWith('.gz')) return file.pipe(zlib.createGunzip({ chunkSize: CHUNK_BYTES }));
  if (!path.endsWith('.zst')) return file;
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => NodeJS.ReadWriteStream & Readable };
  if (createZstdDecompress === undefined) {
    file.destroy();
    throw new WeftError(
      'SOURCE_FILE_BROKEN',
      `${path} is compressed with zstd, which Node ${process.version} cannot read.`,
      {
        subject: path,
        hint: 'Run the TaskManagers with Node 22.15 or later, or compress the file with gzip.',
      },
    );
  }
  return file.pipe(createZstdDecompress());
}
