import test from 'ava';
import { packageVersion } from '../../../cli/program/package-root.js';
import { VERSION } from '../../../runtime/common/version.js';

test('the roles tell the version of the package', (t) => {
  t.is(VERSION, packageVersion().version);
});
