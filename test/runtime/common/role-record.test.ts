import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { WeftHome, readJson, writeJsonAtomically, type RoleRecord } from '../../../runtime/common/home.js';
import { claimRole } from '../../../runtime/common/process/role-record.js';

const NAME = 'nodemanager-0';
const RECORD = { role: 'nodemanager', url: '', startedMs: 0 };

test('of several processes that want a name exactly one gets it, also from one that died', async (t) => {
  const home = new WeftHome(mkdtempSync(join(tmpdir(), 'weft-role-')));
  t.teardown(() => {
    rmSync(home.path, { recursive: true, force: true });
  });
  const module = new URL('../../../runtime/common/process/role-record.js', import.meta.url).href;
  const homeModule = new URL('../../../runtime/common/home.js', import.meta.url).href;
  const claim = `
    const { claimRole } = await import('${module}');
    const { WeftHome } = await import('${homeModule}');
    const other = claimRole(new WeftHome(process.argv[1]), '${NAME}', { role: 'nodemanager', url: '', startedMs: 0 });
    process.stdout.write(other === undefined ? 'mine' : 'taken');
    process.stdin.resume();`;
  for (const before of ['nobody', 'a dead process']) {
    rmSync(home.clusterFile(NAME), { force: true });
    if (before !== 'nobody')
      writeJsonAtomically(home.clusterFile(NAME), { ...RECORD, pid: process.pid, startTicks: 1 });
    const children = Array.from({ length: 4 }, () => {
      return spawn(process.execPath, ['--input-type=module', '-e', claim, home.path], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
    });
    const answers = await Promise.all(children.map(async ({ stdout }) => String((await once(stdout, 'data'))[0])));
    t.deepEqual(answers.toSorted(), ['mine', 'taken', 'taken', 'taken'], before);
    t.is(readJson<RoleRecord>(home.clusterFile(NAME))?.pid, children[answers.indexOf('mine')].pid);
    t.is(claimRole(home, NAME, RECORD)?.pid, children[answers.indexOf('mine')].pid);
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => once(child, 'exit')));
  }
  t.deepEqual(readdirSync(dirname(home.clusterFile(NAME))), [`${NAME}.json`], 'nothing else is left');
});
