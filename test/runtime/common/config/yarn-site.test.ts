import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { loadYarnSite, nodeManagerOptions, resourceManagerOptions } from '../../../../runtime/common/config/index.js';
import { hasCode } from '../../../../runtime/common/errors/index.js';

function confDirWith(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-yarn-site-'));
  writeFileSync(join(folder, 'yarn-site.xml'), body);
  return folder;
}

const property = (name: string, value: string): string =>
  `  <property>\n    <name>${name}</name>\n    <value>${value}</value>\n  </property>\n`;

test('a missing file gives the defaults', (t) => {
  const conf = loadYarnSite(join(tmpdir(), 'no-such-folder'));
  t.is(conf.get(resourceManagerOptions.schedulerClass), 'fifo');
  t.deepEqual(conf.warnings, []);
});

test('values are typed, references resolved, unknown keys named', (t) => {
  const folder = confDirWith(
    `<?xml version="1.0"?>\n<configuration>\n${property('yarn.nodemanager.resource.memory-mb', '2048')}` +
      property('yarn.nodemanager.resource.cpu-vcore', '4') +
      property('yarn.resourcemanager.hostname', 'rm.example') +
      property('yarn.resourcemanager.webapp.address', '${yarn.resourcemanager.hostname}:8088') +
      '</configuration>\n',
  );
  const conf = loadYarnSite(folder);
  t.is(conf.get(nodeManagerOptions.memoryMb), 2048);
  t.is(conf.originOf(nodeManagerOptions.memoryMb), `${join(folder, 'yarn-site.xml')}:3`);
  t.deepEqual(conf.get(resourceManagerOptions.webappAddress), { host: 'rm.example', port: 8088 });
  t.true(conf.warnings.some((w) => w.includes(':7:') && w.includes('yarn.nodemanager.resource.cpu-vcores?')));
});

test('a bad value is refused with file, line and reason', (t) => {
  const folder = confDirWith(
    `<configuration>\n${property('yarn.nodemanager.resource.memory-mb', 'lots')}</configuration>`,
  );
  const error = t.throws(() => loadYarnSite(folder));
  t.true(hasCode(error, 'CONFIG_BAD_VALUE'));
  t.regex(error.message, /yarn-site\.xml:2: .*"lots" is not a whole number/);
});

test('what is not XML is refused with its line', (t) => {
  const error = t.throws(() => loadYarnSite(confDirWith('<configuration>\n<property>\n</configuration>')));
  t.true(hasCode(error, 'CONFIG_BAD_FILE'));
  t.regex(error.message, /yarn-site\.xml:\d+: /);
});
