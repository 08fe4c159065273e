import test from 'ava';
import { formatRecord } from '../../../runtime/functions/index.js';

test('a record as a line', (t) => {
  class Point {
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}

    toString(): string {
      return `${this.x}/${this.y}`;
    }
  }
  const table: [unknown, string][] = [
    ['text', 'text'],
    [1.5, '1.5'],
    [10n, '10'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ a: 1, b: ['x', 2n] }, '{"a":1,"b":["x","2"]}'],
    [['word', 3], '["word",3]'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'Invalid Date'],
    [new Point(1, 2), '1/2'],
    [new Map([['a', 1]]), '[["a",1]]'],
    [new Set([1, 2]), '[1,2]'],
    [{ bytes: new Uint8Array([1, 2]) }, '{"bytes":[1,2]}'],
  ];
  for (const [record, line] of table) t.is(formatRecord(record), line);
});
