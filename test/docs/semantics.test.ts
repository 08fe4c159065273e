/** The tests that docs/reference/semantics.md names are there. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../tidy/sources.js';

test('each rule has its test', (t) => {
  const page = readFileSync(join(ROOT, 'docs', 'reference', 'semantics.md'), 'utf8');
  const rows = [...page.matchAll(/^\| .* \| `(.+?)` \| (.+?) \|$/gm)].map(([, file, title]) => ({ file, title }));
  t.true(rows.length > 40);
  const missing = rows.filter(({ file, title }) => {
    const path = join(ROOT, 'test', file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
  });
  t.deepEqual(missing, []);
});
