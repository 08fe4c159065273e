/** Zigzag varints as record batches have them, written straight into bytes that have room for them: the hot path of a sink. */

/** Most bytes that a varint of 64 bits takes. */
export const VARLONG_BOUND = 10;

/** @param value of 32 bits @returns the position behind it */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at] = rest;
  return at + 1;
}

/** @param value a whole number that a double holds exactly @returns the position behind it */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (isShort(value)) return writeVarint(bytes, at, value);
  let rest = value >= 0 ? BigInt(value) << 1n : (BigInt(-value) << 1n) - 1n;
  while (rest > 0x7fn) {
    bytes[at++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  bytes[at] = Number(rest);
  return at + 1;
}

/** How many bytes `writeVarint` writes. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 1 << 7) return 1;
  if (zigzag < 1 << 14) return 2;
  if (zigzag < 1 << 21) return 3;
  return zigzag < 1 << 28 ? 4 : 5;
}

/** How many bytes `writeVarlong` writes. */
export function varlongSize(value: number): number {
  if (isShort(value)) return varintSize(value);
  let zigzag = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  for (; zigzag >= 128; zigzag = Math.floor(zigzag / 128)) size++;
  return size;
}

/** Whether doubling it stays within 32 bits. */
function isShort(value: number): boolean {
  return value >= -0x40000000 && value < 0x40000000;
}
