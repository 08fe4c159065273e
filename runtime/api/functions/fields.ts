/** Which fields of a record an operation may name: checked by the compiler, so that a typo or a wrong type never runs. */

/** A tuple's positions as numbers, e.g. `0 | 1` of `[string, number]`. */
type Positions<T extends readonly unknown[]> =
  Exclude<keyof T, keyof (readonly unknown[])> extends infer P
    ? P extends `${infer N extends number}`
      ? N
      : never
    : never;

type FieldOf<T> = T extends readonly unknown[]
  ? number extends T['length']
    ? number
    : Positions<T>
  : T extends object
    ? Extract<keyof T, string>
    : never;

type ValueOf<T, F> = F extends keyof T ? T[F] : never;

type FieldsHolding<T, V> =
  FieldOf<T> extends infer F ? (F extends FieldOf<T> ? ([ValueOf<T, F>] extends [V] ? F : never) : never) : never;

/** What `min` and `max` can put in order. */
export type Comparable = number | bigint | string | boolean | Date;

/** What records can be grouped by; arrays and dates are compared by their contents. */
export type KeyValue = string | number | bigint | boolean | Date | readonly KeyValue[];

/** A field name of a record, or a position of a tuple. */
export type Field<T> = FieldOf<T> & (string | number);
export type FieldValue<T, F> = ValueOf<T, F>;
/** A field by which records can be grouped. */
export type KeyField<T> = FieldsHolding<T, KeyValue> & (string | number);
/** A field whose values have an order. */
export type ComparableField<T> = FieldsHolding<T, Comparable> & (string | number);
/** The key that several fields form together. */
export type KeyTuple<T, F extends readonly unknown[]> = { -readonly [I in keyof F]: ValueOf<T, F[I]> };

/** What `project` leaves of a record: a tuple of the positions, or an object of the fields. */
export type Projection<T, F extends readonly unknown[]> = T extends readonly unknown[]
  ? { -readonly [I in keyof F]: ValueOf<T, F[I]> }
  : Pick<T, F[number] & keyof T>;

/** `sum` takes no argument on a stream of numbers, else the name of a numeric field. */
export type SumArguments<T> = [T] extends [number | bigint]
  ? []
  : [field: FieldsHolding<T, number | bigint> & (string | number)];
/** `min` and `max` take no argument on a stream of comparable values, else the name of a comparable field. */
export type ExtremeArguments<T> = [T] extends [Comparable]
  ? []
  : [field: FieldsHolding<T, Comparable> & (string | number)];
/** As `min` and `max`, and whether the earlier record stays on a tie. */
export type ExtremeByArguments<T> = [T] extends [Comparable]
  ? []
  : [field: FieldsHolding<T, Comparable> & (string | number), first?: boolean];
