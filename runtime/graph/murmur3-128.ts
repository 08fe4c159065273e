/**
 * MurmurHash3 for 128 bits on 64-bit words, seed 0, with its result as Guava writes it (both halves little-endian), since
 * Flink's operator ids are made of it. For the few short inputs of a job's graph: it counts in BigInt.
 */
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

export function murmur3Bits128(bytes: Uint8Array): Buffer {
  let h1 = 0n;
  let h2 = 0n;
  const tailStart = bytes.length - (bytes.length % 16);
  for (let i = 0; i < tailStart; i += 16) {
    h1 ^= mixFirst(word(bytes, i, 8));
    h1 = wrap(rotl(h1, 27n) + h2);
    h1 = wrap(h1 * 5n + 0x52dce729n);
    h2 ^= mixSecond(word(bytes, i + 8, 8));
    h2 = wrap(rotl(h2, 31n) + h1);
    h2 = wrap(h2 * 5n + 0x38495ab5n);
  }
  h1 ^= mixFirst(word(bytes, tailStart, 8));
  h2 ^= mixSecond(word(bytes, tailStart + 8, 8));
  const length = BigInt(bytes.length);
  h1 ^= length;
  h2 ^= length;
  h1 = wrap(h1 + h2);
  h2 = wrap(h2 + h1);
  h1 = finalMix(h1);
  h2 = finalMix(h2);
  h1 = wrap(h1 + h2);
  h2 = wrap(h2 + h1);
  const hash = Buffer.alloc(16);
  hash.writeBigUInt64LE(h1, 0);
  hash.writeBigUInt64LE(h2, 8);
  return hash;
}

/** Up to `size` bytes from `start`, little-endian; what lies beyond the end counts as zero. */
function word(bytes: Uint8Array, start: number, size: number): bigint {
  let value = 0n;
  for (let i = Math.min(start + size, bytes.length) - 1; i >= start; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

function mixFirst(k: bigint): bigint {
  return wrap(rotl(wrap(k * C1), 31n) * C2);
}

function mixSecond(k: bigint): bigint {
  return wrap(rotl(wrap(k * C2), 33n) * C1);
}

function finalMix(value: bigint): bigint {
  let k = value;
  k = wrap((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn);
  k = wrap((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

function rotl(value: bigint, bits: bigint): bigint {
  return wrap(value << bits) | (value >> (64n - bits));
}

function wrap(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
