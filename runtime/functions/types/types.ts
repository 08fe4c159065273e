/** Builders of declared types, by Flink's names where it has them. */
import type {
  DefaultedType,
  Literal,
  OptionalType,
  RowField,
  SimpleKind,
  TypeDescription,
  TypedArrayConstructor,
  TypeInformation,
} from './description.js';
import { mismatch } from './mismatch.js';
import type { StandardProps, StandardSchemaV1 } from './standard-schema.js';

/** With any buffer below it; of Node's Buffer the class has no prototype for the compiler. */
type TypedArrayOf<C extends TypedArrayConstructor> = C extends { readonly prototype: infer A } ? A : InstanceType<C>;

/** The values of a declared type. */
export type TypeOf<I> = I extends TypeInformation<infer T> ? T : never;

type FieldTypes = Readonly<Record<string, TypeInformation<unknown>>>;
type OptionalFields<F> = { [K in keyof F]: F[K] extends OptionalType<unknown> ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };

/** The objects that these fields describe. */
export type RowOf<F> = Flat<
  { [K in Exclude<keyof F, OptionalFields<F>>]: TypeOf<F[K]> } & { [K in OptionalFields<F>]?: TypeOf<F[K]> }
>;

class DeclaredType<T> implements TypeInformation<T> {
  readonly '~standard': StandardProps<T, T>;

  constructor(
    readonly description: TypeDescription,
    readonly defaultValue?: T,
  ) {
    this['~standard'] = {
      version: 1,
      vendor: 'weft',
      validate: (value) => {
        const found = mismatch(description, value);
        if (found === undefined) return { value: value as T };
        return { issues: [{ message: `${found.path}: ${found.problem}` }] };
      },
    };
  }
}

function simple<T>(kind: SimpleKind | 'generic'): TypeInformation<T> {
  return new DeclaredType<T>({ kind });
}

const DATE = simple<Date>('date');

/** @throws TypeError for a name that every object has, such as `constructor` */
function row<const F extends FieldTypes>(fields: F): TypeInformation<RowOf<F>> {
  const described = Object.entries(fields).map(([name, type]): RowField => {
    // A missing field could not be told from what objects inherit.
    if (name in Object.prototype) throw new TypeError(`A field cannot be called "${name}".`);
    const { description, defaultValue } = requireType(type, `the field "${name}"`);
    const filled = defaultValue === undefined ? {} : { default: defaultValue };
    return { name, type: description, optional: description.kind === 'optional', ...filled };
  });
  return new DeclaredType({ kind: 'row', fields: described });
}

/** What a schema says of its values, if it is one of `Types`. */
export function descriptionOf(schema: StandardSchemaV1 | undefined): TypeDescription | undefined {
  return schema instanceof DeclaredType ? schema.description : undefined;
}

function withDefault<T>(type: TypeInformation<T>, value: NoInfer<T>): DefaultedType<T> {
  const { description } = requireType(type, 'a default');
  const found = mismatch(description, value, 'the default');
  if (found !== undefined) throw new TypeError(`${found.path} does not fit its type: ${found.problem}.`);
  return new DeclaredType<T>(description, value) as DefaultedType<T>;
}

function requireType(type: TypeInformation<unknown>, what: string): DeclaredType<unknown> {
  if (type instanceof DeclaredType) return type;
  throw new TypeError(`The type of ${what} is none: use one of Types.`);
}

/**
 * Types to declare: `stream.returns(Types.ROW({ word: Types.STRING, count: Types.INT }))`. Without a declaration the type
 * is learnt from the records.
 */
export const Types = {
  STRING: simple<string>('string'),
  BOOLEAN: simple<boolean>('boolean'),
  /** A whole number of 32 bits. */
  INT: simple<number>('int'),
  /** A whole number that is exact: up to 2^53-1. */
  LONG: simple<number>('long'),
  /** Any number. */
  DOUBLE: simple<number>('double'),
  BIG_INT: simple<bigint>('bigint'),
  /** A valid Date. */
  DATE,
  /** A point in time: a valid Date. */
  INSTANT: DATE,
  /** Anything, in the slower encoding that says with each value what it is. */
  GENERIC: simple<unknown>('generic'),
  LIST: <T>(of: TypeInformation<T>): TypeInformation<T[]> =>
    new DeclaredType({ kind: 'list', of: requireType(of, 'the elements').description }),
  SET: <T>(of: TypeInformation<T>): TypeInformation<Set<T>> =>
    new DeclaredType({ kind: 'set', of: requireType(of, 'the elements').description }),
  MAP: <K, V>(key: TypeInformation<K>, value: TypeInformation<V>): TypeInformation<Map<K, V>> =>
    new DeclaredType({
      kind: 'map',
      key: requireType(key, 'the keys').description,
      value: requireType(value, 'the values').description,
    }),
  /** An array with a type for each of its positions. */
  TUPLE: <const I extends readonly TypeInformation<unknown>[]>(
    ...items: I
  ): TypeInformation<{ -readonly [N in keyof I]: TypeOf<I[N]> }> =>
    new DeclaredType({
      kind: 'tuple',
      items: items.map((item, i) => requireType(item, `position ${i}`).description),
    }),
  /** A plain object with these fields and no others. */
  ROW: row,
  /** Flink's other name for objects with named fields; classes do not survive on their way. */
  POJO: row,
  /** Or undefined; a field of this type may be missing as well. */
  OPTIONAL: <T>(of: TypeInformation<T>): OptionalType<T> =>
    new DeclaredType<T | undefined>({
      kind: 'optional',
      of: requireType(of, 'OPTIONAL').description,
    }) as unknown as OptionalType<T>,
  /** Or null. */
  NULLABLE: <T>(of: TypeInformation<T>): TypeInformation<T | null> =>
    new DeclaredType({ kind: 'nullable', of: requireType(of, 'NULLABLE').description }),
  /**
   * For a field: state that was kept before there was the field gets this value. Numbers have 0 and booleans `false` without it.
   * @throws TypeError when the value is not of the type
   */
  WITH_DEFAULT: withDefault,
  /** One of these values. */
  ENUM: <const V extends readonly [Literal, ...Literal[]]>(...values: V): TypeInformation<V[number]> =>
    new DeclaredType({ kind: 'enum', values }),
  /** A typed array or a Buffer: `Types.TYPED_ARRAY(Float64Array)`. */
  TYPED_ARRAY: <C extends TypedArrayConstructor>(type: C): TypeInformation<TypedArrayOf<C>> =>
    new DeclaredType({ kind: 'typed', type }),
} as const;
