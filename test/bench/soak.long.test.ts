import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const SOAK = fileURLToPath(new URL('../../bench/soak/main.js', import.meta.url));
const MINUTES = 10;

test('nothing grows while sessions and jobs come and go', async (t) => {
  t.timeout((MINUTES + 5) * 60_000);
  const folder = mkdtempSync(join(tmpdir(), 'weft-soak-test-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const report = join(folder, 'report.html');
  const { code, output } = await new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [SOAK, '--minutes', String(MINUTES), '--report', report],
      (_, out, errors) => resolve({ code: child.exitCode, output: `${out}${errors}` }),
    );
  });
  t.log(output);
  t.is(code, 0, output);
  t.true(statSync(report).size > 10_000);
});
