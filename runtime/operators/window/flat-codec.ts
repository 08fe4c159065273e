/**
 * Objects whose fields stay the same, as rows of typed columns: numbers side by side in one array, everything else in another. Such
 * values live long and are many (a key of a window each), and as objects they would have to be marked and moved by the collector.
 */
import { CodeBuilder, evaluate, property } from '../../serde/codegen.js';

/** Where rows of one kind lie; row r's numbers begin at `r * numbersPerRow`, its references at `r * refsPerRow`. */
export interface Columns {
  numbers: Float64Array;
  refs: unknown[];
}

export interface FlatCodec {
  /** Room of a row in `numbers`, that in front of its fields included. */
  readonly numbersPerRow: number;
  readonly refsPerRow: number;
  /** @returns false when the value is of another form; nothing is written then */
  readonly store: (value: unknown, columns: Columns, row: number) => boolean;
  /** A new object each time. */
  readonly load: (columns: Columns, row: number) => unknown;
}

/** More fields are seldom worth the copying. */
const MAX_FIELDS = 16;

/**
 * Learns the form of values from the first of them.
 * @param head numbers of each row in front of the fields, for whoever keeps the rows
 * @returns undefined for what has no form worth it: it holds no number, or is no plain object
 */
export function flatCodec(value: unknown, head: number): FlatCodec | undefined {
  if (typeof value === 'number') return codecOfNumbers(head);
  if (typeof value !== 'object' || value === null || value.constructor !== Object) return undefined;
  const fields = Object.entries(value);
  const fits = fields.length <= MAX_FIELDS && fields.every(([name]) => !(name in Object.prototype));
  const hasNumbers = fields.some(([, field]) => typeof field === 'number');
  return fits && hasNumbers && Object.getOwnPropertySymbols(value).length === 0 ? codecOf(fields, head) : undefined;
}

function codecOfNumbers(head: number): FlatCodec {
  const at = `row * ${head + 1} + ${head}`;
  const store = `if (typeof x !== 'number') return false; columns.numbers[${at}] = x; return true;`;
  return compile(head + 1, 0, store, `return columns.numbers[${at}];`);
}

function codecOf(fields: readonly [string, unknown][], head: number): FlatCodec {
  const code = new CodeBuilder();
  const isNumber = fields.map(([, field]) => typeof field === 'number');
  const numbersPerRow = head + isNumber.filter(Boolean).length;
  const refsPerRow = fields.length + head - numbersPerRow;
  let [number, ref] = [head, 0];
  const places = isNumber.map((is) => (is ? `numbers[n + ${number++}]` : `refs[r + ${ref++}]`));
  const names = fields.map(([name]) => name);
  code.line("if (typeof x !== 'object' || x === null || x.constructor !== Object) return false;");
  code.line(`let count = 0; for (const _ in x) count++; if (count !== ${names.length}) return false;`);
  names.forEach((name, i) => {
    code.line(`const v${i} = ${property('x', name)};`);
    if (isNumber[i]) code.line(`if (typeof v${i} !== 'number') return false;`);
    else code.line(`if (v${i} === undefined && !Object.hasOwn(x, ${JSON.stringify(name)})) return false;`);
  });
  const columns = `const { numbers, refs } = columns; const n = row * ${numbersPerRow}; const r = row * ${refsPerRow};`;
  code.line(columns);
  places.forEach((place, i) => code.line(`${place} = v${i};`));
  code.line('return true;');
  const literal = names.map((name, i) => `${JSON.stringify(name)}: ${places[i]}`).join(', ');
  return compile(numbersPerRow, refsPerRow, code.body(), `${columns} return { ${literal} };`);
}

function compile(numbersPerRow: number, refsPerRow: number, store: string, load: string): FlatCodec {
  return {
    ...{ numbersPerRow, refsPerRow },
    store: evaluate(`(x, columns, row) => {\n${store}\n}`, {}),
    load: evaluate(`(columns, row) => { ${load} }`, {}),
  };
}
