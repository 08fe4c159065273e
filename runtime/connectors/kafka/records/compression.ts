/** The codecs of record batches. Those that neither Node nor this folder has are named errors. */
import * as zlib from 'node:zlib';
import { WeftError } from '../../../common/errors/index.js';
import { decompressLz4Frame } from './lz4.js';
import { decompressSnappy } from './snappy.js';

export type CompressionType = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** By their numbers in the attributes of a batch. */
const TYPES: readonly CompressionType[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

export function compressionCode(type: CompressionType): number {
  return TYPES.indexOf(type);
}

/** Newer versions of Node have it. */
const zstd = zlib as Partial<Record<'zstdCompressSync' | 'zstdDecompressSync', (bytes: Uint8Array) => Buffer>>;

/** @throws KAFKA_COMPRESSION_UNAVAILABLE unless this Node can compress so */
export function requireCompressor(type: CompressionType): void {
  if (type === 'none' || type === 'gzip') return;
  if (type === 'zstd' && zstd.zstdCompressSync !== undefined) return;
  throw unavailable(type, 'written', 'Use gzip, or zstd with Node 22.15 or later.');
}

/** @throws KAFKA_COMPRESSION_UNAVAILABLE */
export function compress(type: CompressionType, bytes: Uint8Array): Uint8Array {
  requireCompressor(type);
  if (type === 'gzip') return zlib.gzipSync(bytes);
  return zstd.zstdCompressSync?.(bytes) ?? bytes;
}

/** @throws KAFKA_BAD_BATCH, KAFKA_COMPRESSION_UNAVAILABLE */
export function decompress(code: number, bytes: Buffer): Buffer {
  const type = TYPES[code] as CompressionType | undefined;
  try {
    switch (type) {
      case 'gzip':
        return zlib.gunzipSync(bytes);
      case 'snappy':
        return decompressSnappy(bytes);
      case 'lz4':
        return decompressLz4Frame(bytes);
      case 'zstd':
        if (zstd.zstdDecompressSync !== undefined) return zstd.zstdDecompressSync(bytes);
        throw unavailable('zstd', 'read', 'Run Weft with Node 22.15 or later.');
      default:
        throw new RangeError(`codec ${code} is unknown`);
    }
  } catch (cause) {
    if (cause instanceof WeftError) throw cause;
    throw new WeftError('KAFKA_BAD_BATCH', `A batch of records cannot be decompressed (${type ?? code}).`, { cause });
  }
}

function unavailable(type: CompressionType, verb: string, hint: string): WeftError {
  return new WeftError('KAFKA_COMPRESSION_UNAVAILABLE', `Records in ${type} cannot be ${verb} here.`, { hint });
}
