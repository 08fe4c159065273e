/** The bytes of a file, decompressed if its name says so, in pieces. */
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { WeftError } from '../../common/errors/index.js';
import type { FileReader } from '../../common/filesystems/index.js';

const CHUNK_BYTES = 256 * 1024;

export interface ByteSource {
  /** Undefined at the end. @throws SOURCE_FILE_BROKEN */
  read(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

type Decompressor = NodeJS.ReadWriteStream & Readable & { readonly bytesWritten: number };

interface Format {
  readonly name: string;
  make(): Decompressor | undefined;
}

const GZIP: Format = { name: 'gzip', make: () => zlib.createGunzip({ chunkSize: CHUNK_BYTES }) };
const DEFLATE: Format = { name: 'deflate', make: () => zlib.createInflate({ chunkSize: CHUNK_BYTES }) };
const ZSTD: Format = {
  name: 'zstd',
  make: () => (zlib as { createZstdDecompress?: () => Decompressor }).createZstdDecompress?.(),
};

/** By the ending of the name, as in Flink. */
const FORMATS: Readonly<Record<string, Format>> = { gz: GZIP, gzip: GZIP, deflate: DEFLATE, zst: ZSTD };

function formatOf(path: string): Format | undefined {
  return FORMATS[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
}

/** A compressed file can only be read from its start. */
export function isCompressed(path: string): boolean {
  return formatOf(path) !== undefined;
}

/** @throws SOURCE_FILE_BROKEN for a compression that this Node does not have */
export function bytesOf(path: string, file: FileReader): ByteSource {
  const format = formatOf(path);
  if (format === undefined) return { read: () => file.read(CHUNK_BYTES), close: () => file.close() };
  const decompressor = format.make();
  if (decompressor !== undefined) return new DecompressedBytes(path, file, format, decompressor);
  throw new WeftError(
    'SOURCE_FILE_BROKEN',
    `${path} is compressed with ${format.name}, which Node ${process.version} cannot read.`,
    { subject: path, hint: 'Run the TaskManagers with Node 22.15 or later, or compress the file with gzip.' },
  );
}

class DecompressedBytes implements ByteSource {
  private readonly pieces: AsyncIterator<Buffer>;
  private readFailure: unknown;

  constructor(
    private readonly path: string,
    private readonly file: FileReader,
    private readonly format: Format,
    private readonly decompressor: Decompressor,
  ) {
    Readable.from(this.compressed(), { objectMode: false }).pipe(decompressor);
    this.pieces = decompressor[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async read(): Promise<Uint8Array | undefined> {
    try {
      const piece = await this.pieces.next();
      return piece.done === true ? undefined : piece.value;
    } catch (cause) {
      if (this.readFailure !== undefined) throw this.readFailure as Error;
      const why = cause instanceof Error ? cause.message : String(cause);
      const { path, format, decompressor } = this;
      throw new WeftError(
        'SOURCE_FILE_BROKEN',
        `${path} is broken ${format.name} near byte ${decompressor.bytesWritten}: ${why}.`,
        { subject: path, cause },
      );
    }
  }

  async close(): Promise<void> {
    this.decompressor.unpipe();
    (this.decompressor as Readable).destroy();
    await this.file.close();
  }

  private async *compressed(): AsyncGenerator<Uint8Array> {
    try {
      for (
        let chunk = await this.file.read(CHUNK_BYTES);
        chunk !== undefined;
        chunk = await this.file.read(CHUNK_BYTES)
      ) {
        yield chunk;
      }
    } catch (error) {
      this.readFailure = error;
      (this.decompressor as Readable).destroy(error as Error);
    }
  }
}
