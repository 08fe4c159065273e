/** The JSON frames that carry a protocol. Every frame but `hello` and `welcome` has a sequence number of its session. */
import { Type, type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { WeftError } from '../errors/weft-error.js';

const Seq = Type.Integer({ minimum: 0 });

export const WireErrorSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  hint: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String()),
  causes: Type.Array(
    Type.Object({ code: Type.Optional(Type.String()), message: Type.String(), stack: Type.Optional(Type.String()) }),
  ),
});

const Frame = Type.Union([
  /** First frame of a client: its session, and the last sequence number that it has received in it. */
  Type.Object({ t: Type.Literal('hello'), session: Type.String({ maxLength: 64 }), received: Seq }),
  /** The server's answer. `resumed` is false when the server did not know the session: then both start anew. */
  Type.Object({ t: Type.Literal('welcome'), resumed: Type.Boolean(), received: Seq }),
  Type.Object({ t: Type.Literal('request'), seq: Seq, id: Seq, method: Type.String(), params: Type.Unknown() }),
  Type.Object({ t: Type.Literal('notice'), seq: Seq, method: Type.String(), params: Type.Unknown() }),
  Type.Object({ t: Type.Literal('result'), seq: Seq, id: Seq, result: Type.Optional(Type.Unknown()) }),
  Type.Object({ t: Type.Literal('error'), seq: Seq, id: Seq, error: WireErrorSchema }),
  /** All frames up to `received` have arrived: the peer need not keep them any longer. */
  Type.Object({ t: Type.Literal('ack'), received: Seq }),
]);
export type Frame = Static<typeof Frame>;
export type SequencedFrame = Extract<Frame, { seq: number }>;
export type Unsequenced<F extends SequencedFrame> = F extends SequencedFrame ? Omit<F, 'seq'> : never;

const validator = Compile(Frame);

/** @throws WIRE_BAD_MESSAGE for what is not a frame. */
export function parseFrame(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new WeftError('WIRE_BAD_MESSAGE', 'The peer sent something that is not JSON.', { cause });
  }
  if (!validator.Check(value))
    throw new WeftError('WIRE_BAD_MESSAGE', 'The peer sent JSON that is not a frame of the wire protocol.');
  return value;
}
