/** What sort of thing a value is, for learning shapes and for the generic encoding. */

export const TYPED_ARRAYS = {
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  Buffer,
} as const;
export type TypedArrayName = keyof typeof TYPED_ARRAYS;
export type AnyTypedArray = InstanceType<(typeof TYPED_ARRAYS)[TypedArrayName]>;
export const TYPED_ARRAY_NAMES = Object.keys(TYPED_ARRAYS) as TypedArrayName[];

const BY_CONSTRUCTOR = new Map<unknown, TypedArrayName>(
  TYPED_ARRAY_NAMES.map((name) => [TYPED_ARRAYS[name] as unknown, name]),
);

export type ObjectKind =
  | 'plain'
  | 'array'
  | 'date'
  | 'map'
  | 'set'
  | 'typed'
  | 'arraybuffer'
  | 'nullproto'
  | 'error'
  /** An instance of a class: its own enumerable fields travel, the class does not. */
  | 'instance'
  /** Nothing of it can travel. */
  | 'unsupported';

const UNSUPPORTED = [RegExp, Promise, WeakMap, WeakSet, WeakRef, Number, String, Boolean, DataView, SharedArrayBuffer];

export function kindOfObject(value: object): ObjectKind {
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype === Object.prototype) return 'plain';
  if (prototype === null) return 'nullproto';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  if (value instanceof Map) return 'map';
  if (value instanceof Set) return 'set';
  if (typedArrayName(value) !== undefined) return 'typed';
  if (value instanceof ArrayBuffer) return 'arraybuffer';
  if (value instanceof Error) return 'error';
  if (ArrayBuffer.isView(value)) return 'unsupported';
  return UNSUPPORTED.some((type) => value instanceof type) ? 'unsupported' : 'instance';
}

/** The name of a typed array's own class; undefined for anything else and for subclasses. */
export function typedArrayName(value: object): TypedArrayName | undefined {
  return typedArrayNameOf(value.constructor);
}

/** The name of a typed array's class. */
export function typedArrayNameOf(constructor: unknown): TypedArrayName | undefined {
  return BY_CONSTRUCTOR.get(constructor);
}

/** Whether the value is exactly of the built-in class, not of a subclass of it. */
export function isExactly(value: object, type: abstract new (...args: never[]) => object): boolean {
  return Object.getPrototypeOf(value) === type.prototype;
}

export function classNameOf(value: object): string {
  const constructor: unknown = value.constructor;
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'an anonymous class';
}
