/**
 * A state file: magic · pieces, one behind the other · index (JSON) · u32 length of the index · u32 its CRC-32 · magic. A piece
 * is what an operator wrote at once; the index says where each lies, how long it is, and its CRC-32. Little-endian.
 */
import { Type, type Static } from 'typebox';

export const HEAD = Buffer.from('WEFTST01', 'latin1');
export const TAIL = Buffer.from('WEFTIX01', 'latin1');
/** Length and checksum of the index, and the magic at the end. */
export const TRAILER_BYTES = 8 + TAIL.length;

/** Numbers of a piece in the index: where it begins, its length, its checksum. */
export const PIECE_NUMBERS = 3;

const StateIndexSchema = Type.Array(
  Type.Object({
    operatorId: Type.String(),
    keyed: Type.Optional(
      Type.Object({
        description: Type.Array(Type.Integer()),
        /** For each portion its key group, then the numbers of its piece. */
        portions: Type.Array(Type.Integer()),
      }),
    ),
    /** The parts of a log of keyed state that have no file: numbers of the pieces. */
    log: Type.Optional(Type.Object({ description: Type.Array(Type.Integer()), tail: Type.Array(Type.Integer()) })),
    lists: Type.Array(
      Type.Object({
        name: Type.String(),
        mode: Type.Union([Type.Literal('SPLIT'), Type.Literal('UNION'), Type.Literal('BROADCAST')]),
        /** For each item the numbers of its piece. */
        items: Type.Array(Type.Integer()),
      }),
    ),
  }),
);
export { StateIndexSchema };
export type StateIndex = Static<typeof StateIndexSchema>;
export type OperatorIndex = StateIndex[number];
