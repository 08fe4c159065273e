/** The layout of a record batch, version 2 of Kafka's message format. All numbers are positions or lengths in bytes. */

export const BATCH_LENGTH_AT = 8;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
/** The checksum covers everything from here. */
export const ATTRIBUTES_AT = 21;
export const RECORDS_AT = 61;
/** What a batch's length does not count: its offset and the length itself. */
export const LENGTH_OVERHEAD = 12;

export const MAGIC = 2;

export const COMPRESSION_MASK = 0x07;
export const LOG_APPEND_TIME_BIT = 0x08;
export const TRANSACTIONAL_BIT = 0x10;
export const CONTROL_BIT = 0x20;

/** Stands for "no producer", "no epoch" and "no sequence". */
export const NONE = -1;
