/** What a declared type says, as data: checked by `mismatch`, and compiled by `serde` into a serializer and a check. */
import type { StandardSchemaV1 } from './standard-schema.js';

/** Constructors of what `Types.TYPED_ARRAY` takes. */
export type TypedArrayConstructor =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint8ClampedArrayConstructor
  | Uint16ArrayConstructor
  | Int16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor
  | BufferConstructor;

export type Literal = string | number | boolean;

/** `int`: 32 bits. `long`: exact whole numbers, to 2^53-1. `double`: any number. `date`: a valid one. */
export type SimpleKind = 'string' | 'boolean' | 'bigint' | 'date' | 'int' | 'long' | 'double';

/** What has no parts of other types. */
export type PlainDescription =
  { kind: SimpleKind } | { kind: 'enum'; values: readonly Literal[] } | { kind: 'typed'; type: TypedArrayConstructor };

export type TypeDescription =
  | PlainDescription
  | { kind: 'generic' }
  | { kind: 'list'; of: TypeDescription }
  | { kind: 'set'; of: TypeDescription }
  | { kind: 'map'; key: TypeDescription; value: TypeDescription }
  | { kind: 'tuple'; items: readonly TypeDescription[] }
  | { kind: 'row'; fields: readonly RowField[] }
  /** `optional`: or undefined, and as a field it may be missing. `nullable`: or null. */
  | { kind: 'optional' | 'nullable'; of: TypeDescription };

export interface RowField {
  readonly name: string;
  readonly type: TypeDescription;
  /** Whether it may be missing. */
  readonly optional: boolean;
  /** What state gets that was kept before there was the field. */
  readonly default?: unknown;
}

/** A type that a program declares, for the records of a stream or the values of state. */
export interface TypeInformation<T> extends StandardSchemaV1<T, T> {
  readonly description: TypeDescription;
}

/** A field of this type has a value for state that was kept before there was the field. */
export interface DefaultedType<T> extends TypeInformation<T> {
  readonly defaultValue: T;
}

/** A field of this type may be missing. */
export interface OptionalType<T> extends TypeInformation<T | undefined> {
  readonly description: TypeDescription & { kind: 'optional' };
}
