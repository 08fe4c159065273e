import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  forgetSession,
  readSessionProperties,
  sessionPropertiesFile,
  writeSessionProperties,
} from '../../../cli/client/session-properties.js';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { WeftHome } from '../../../runtime/common/home.js';

const ID = 'application_1700000000000_0001';
const fresh = (): string => join(mkdtempSync(join(tmpdir(), 'weft-cli-')), '.yarn-properties-me');

test('what was written is read again, whatever the values hold', (t) => {
  const file = fresh();
  const dynamicProperties = { 'a.b': 'x=y', path: 'C:\\tmp#1', plain: 'true' };
  writeSessionProperties(file, { applicationId: ID, dynamicProperties }, 'now');
  t.deepEqual(readSessionProperties(file), { applicationId: ID, dynamicProperties });
  t.regex(readFileSync(file, 'utf8'), /^#Generated YARN properties file\n#now\napplicationID=application_/);
});

test('a file as Java writes it is read', (t) => {
  const file = fresh();
  writeFileSync(
    file,
    '#Generated YARN properties file\n#Tue\ndynamicPropertiesString=k1\\=v1@@\\\n  k2\\=v\\u0032\napplicationID : application_1_0007\nparallelism=4\n',
  );
  t.deepEqual(readSessionProperties(file), {
    applicationId: 'application_1_0007',
    dynamicProperties: { k1: 'v1', k2: 'v2' },
  });
});

test('no file means no session; a bad file is an error that names it', (t) => {
  const file = fresh();
  t.is(readSessionProperties(file), undefined);
  for (const text of ['dynamicPropertiesString=\n', 'applicationID=nonsense\n']) {
    writeFileSync(file, text);
    const error = t.throws(() => readSessionProperties(file));
    t.true(error.message.includes(file), text);
  }
});

test('only the session that is remembered is forgotten', (t) => {
  const file = fresh();
  writeSessionProperties(file, { applicationId: ID, dynamicProperties: {} }, 'now');
  forgetSession(file, 'application_1700000000000_0002');
  t.true(existsSync(file));
  forgetSession(file, ID);
  t.false(existsSync(file));
});

test('it lies in WEFT_HOME unless configured', (t) => {
  const home = new WeftHome('/weft-home');
  const name = `.yarn-properties-${userInfo().username}`;
  t.is(sessionPropertiesFile(configurationOf({}), home), join('/weft-home', name));
  const elsewhere = configurationOf({ 'yarn.properties-file.location': '/elsewhere' });
  t.is(sessionPropertiesFile(elsewhere, home), join('/elsewhere', name));
});
