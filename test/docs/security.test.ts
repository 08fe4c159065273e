/** The threat model names a test for each threat, and each of them is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../tidy/sources.js';

test('each threat has a test that is there', (t) => {
  const text = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
  const threats = text.slice(text.indexOf('## Threats')).split('\n');
  const rows = threats.filter((line) => line.startsWith('| ') && !line.startsWith('| threat |'));
  t.true(rows.length > 20);
  for (const row of rows) {
    const [, file = '', title = ''] = /\| `(test\/\S+\.test\.ts)`: (.+) \|$/.exec(row) ?? [];
    t.not(file, '', row);
    t.true(readFileSync(join(ROOT, file), 'utf8').includes(`test('${title}'`), `${file} has no test "${title}"`);
  }
});
