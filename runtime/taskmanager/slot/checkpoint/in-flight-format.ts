/** In-flight data in a state file: as lists of an operator that no program has, one list of head and bytes for each channel. */
import { Type, type Static } from 'typebox';
import { requireFit } from '../../../common/wire/index.js';
import type { InFlight } from '../../../exchange/index.js';

/** Stands where the id of an operator would. */
export const IN_FLIGHT = 'in-flight';

const HeadSchema = Type.Object({
  position: Type.Integer(),
  /** Left out: none was told yet. */
  shape: Type.Optional(Type.String()),
  keys: Type.Optional(Type.Array(Type.String())),
});

/** What a consumer had of a channel from a producer. */
export function inputName(edgeId: string, producer: number): string {
  return `input ${edgeId} ${producer}`;
}

/** What a producer had of a channel to a consumer. */
export function outputName(edgeId: string, consumer: number): string {
  return `output ${edgeId} ${consumer}`;
}

/** The producer whose channel an `inputName` of the edge is; undefined for another name. */
export function producerIn(name: string, edgeId: string): number | undefined {
  const prefix = inputName(edgeId, 0).slice(0, -1);
  return name.startsWith(prefix) ? Number(name.slice(prefix.length)) : undefined;
}

export function headOf({ position, shape, keys = [] }: Partial<InFlight> & { position: number }): Uint8Array {
  const head: Static<typeof HeadSchema> = {
    position,
    ...(shape === undefined ? {} : { shape: Buffer.from(shape).toString('utf8') }),
    ...(keys.length === 0 ? {} : { keys: [...keys] }),
  };
  return Buffer.from(JSON.stringify(head));
}

/** @param items of one channel @throws CHECKPOINT_CORRUPT */
export function inFlightOf([head, bytes]: readonly Uint8Array[]): InFlight {
  const value: unknown = JSON.parse(Buffer.from(head).toString('utf8'));
  requireFit(HeadSchema, value, 'CHECKPOINT_CORRUPT', 'In-flight data');
  const { position, shape, keys = [] } = value as Static<typeof HeadSchema>;
  return { position, shape: shape === undefined ? undefined : Buffer.from(shape), keys, bytes };
}
