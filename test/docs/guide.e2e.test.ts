/**
 * Runs the guides: a block with `file=` becomes a file, an `sh` block runs in bash, and the `output` block behind it says what
 * must come out (`…` stands for anything). The blocks of one guide share a folder and a cluster.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'ava';
import { ROOT } from '../tidy/sources.js';

interface Block {
  language: string;
  file: string | undefined;
  text: string;
  line: number;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  for (const match of markdown.matchAll(/^```(\w+)(?: file=(\S+))?\n([^]*?)^```$/gm)) {
    const line = markdown.slice(0, match.index).split('\n').length;
    blocks.push({ language: match[1], file: match[2], text: match[3], line });
  }
  return blocks;
}

/** `…` matches anything, a line of its own any number of lines; white space at line ends does not matter. */
function pattern(expected: string): RegExp {
  const escaped = expected.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = escaped
    .split('\n')
    .map((line) => (line === '…' ? '(?:[^\\n]*\\n)*?' : `${line.replaceAll('…', '[^\\n]*')}\\n`));
  return new RegExp(`^${lines.join('')}\\s*$`);
}

const folder = join(ROOT, 'docs', 'guide');
for (const name of readdirSync(folder).filter((file) => file.endsWith('.md'))) {
  test(`docs/guide/${name}`, (t) => {
    const work = mkdtempSync(join(tmpdir(), 'weft-guide-'));
    const home = join(work, 'weft-home');
    const bin = join(work, 'bin');
    mkdirSync(bin);
    for (const command of ['weft', 'yarn-session'])
      symlinkSync(join(ROOT, 'dist', 'bin', `${command}.mjs`), join(bin, command));
    const env = { ...process.env, WEFT_HOME: home, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
    const shell = (script: string): { status: number | null; stdout: string; stderr: string } =>
      spawnSync('bash', ['-euo', 'pipefail', '-c', script], { cwd: work, env, encoding: 'utf8', timeout: 60_000 });
    t.teardown(() => {
      shell('weft down');
      rmSync(work, { recursive: true, force: true });
    });
    const blocks = blocksOf(readFileSync(join(folder, name), 'utf8'));
    blocks.forEach((block, index) => {
      if (block.file !== undefined) {
        writeFileSync(join(work, block.file), block.text);
        return;
      }
      if (block.language !== 'sh') return;
      const { status, stdout, stderr } = shell(block.text);
      t.is(status, 0, `line ${block.line}: exit code ${status}\n${stdout}${stderr}`);
      const expected = blocks[index + 1];
      if (expected?.language === 'output') t.regex(stdout, pattern(expected.text), `line ${expected.line}\n${stderr}`);
    });
  });
}
