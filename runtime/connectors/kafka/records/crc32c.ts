/** CRC-32C (Castagnoli), which guards record batches. Four bytes a step. */

const POLYNOMIAL = 0x82f63b78;

/** Table n gives the effect of a byte that n further bytes follow. */
const TABLES = makeTables();

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    return value;
  });
  const tables = [first];
  for (let n = 1; n < 4; n++) {
    const before = tables[n - 1];
    tables.push(before.map((value) => (value >>> 8) ^ first[value & 0xff]));
  }
  return tables;
}

const [T0, T1, T2, T3] = TABLES;

/** Of the bytes from `start` to before `end`, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let at = start;
  for (const last = end - 4; at <= last; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc = T3[crc & 0xff] ^ T2[(crc >>> 8) & 0xff] ^ T1[(crc >>> 16) & 0xff] ^ T0[crc >>> 24];
  }
  for (; at < end; at++) crc = T0[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}
