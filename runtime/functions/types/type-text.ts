/** Declared types in messages, and in what is written with state. */
import type { TypeDescription, TypedArrayConstructor } from './description.js';

const TYPED_ARRAYS: readonly TypedArrayConstructor[] = [
  ...[Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array],
  ...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, Buffer],
];

/** As the program calls it: `LIST(INT)`. */
export function typeName(type: TypeDescription): string {
  switch (type.kind) {
    case 'bigint':
      return 'BIG_INT';
    case 'typed':
      return `TYPED_ARRAY(${type.type.name})`;
    case 'enum':
      return `ENUM(${type.values.map((value) => JSON.stringify(value)).join(', ')})`;
    case 'list':
    case 'set':
    case 'optional':
    case 'nullable':
      return `${type.kind.toUpperCase()}(${typeName(type.of)})`;
    case 'map':
      return `MAP(${typeName(type.key)}, ${typeName(type.value)})`;
    case 'tuple':
      return `TUPLE(${type.items.map(typeName).join(', ')})`;
    case 'row':
      return 'ROW';
    default:
      return type.kind.toUpperCase();
  }
}

/** What a type says of values, as plain data; defaults are for those who read, and left out. */
export function typeToJson(type: TypeDescription): unknown {
  switch (type.kind) {
    case 'typed':
      return { kind: 'typed', type: type.type.name };
    case 'row':
      return {
        kind: 'row',
        fields: type.fields.map(({ name, type: of, optional }) => ({ name, type: typeToJson(of), optional })),
      };
    case 'tuple':
      return { kind: 'tuple', items: type.items.map(typeToJson) };
    case 'map':
      return { kind: 'map', key: typeToJson(type.key), value: typeToJson(type.value) };
    case 'list':
    case 'set':
    case 'optional':
    case 'nullable':
      return { kind: type.kind, of: typeToJson(type.of) };
    default:
      return type;
  }
}

/** The type that `typeToJson` made this of. What a later version may know and this one does not is `generic`. */
export function typeFromJson(json: unknown): TypeDescription {
  const text = JSON.stringify(json);
  return JSON.parse(text, (_, value: unknown) => {
    const { kind, type } = (value ?? {}) as { kind?: unknown; type?: unknown };
    if (kind !== 'typed') return value;
    const found = TYPED_ARRAYS.find(({ name }) => name === type);
    return found === undefined ? { kind: 'generic' } : { kind, type: found };
  }) as TypeDescription;
}
