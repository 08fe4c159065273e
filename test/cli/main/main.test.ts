import test from 'ava';
import { VERSION } from '../../../runtime/common/version.js';
import { folderWith, start, weft } from '../run/weft.js';

test('the action is the first word', async (t) => {
  const folder = folderWith({});
  const version = await weft(folder, '--version');
  t.regex(version.stdout, new RegExp(`^Version: ${VERSION.replaceAll('.', '\\.')}, Commit ID: \\S+\\n$`));
  t.is(version.code, 0);

  const unknown = await weft(folder, '-m', 'localhost:1', 'list');
  t.regex(unknown.stdout, /^"-m" is not a valid action\.\n\nValid actions are "run", .*, or ".*"\.\n\n/);
  t.is(unknown.code, 1);

  const none = await weft(folder);
  t.regex(none.stdout, /Please specify an action\.\n$/);
  t.is(none.code, 1);

  const help = await weft(folder, '--help');
  t.is(help.code, 0);
  for (const action of ['run', 'list', 'info', 'cancel', 'app', 'logs', 'up', 'down', 'status', 'yarn-session']) {
    t.regex(help.stdout, new RegExp(`^  ${action} `, 'm'));
  }
});

test('a command whose reader leaves ends without a word', async (t) => {
  const program = `for (;;) { console.log('a line'); await new Promise(setImmediate); }`;
  const run = start(folderWith({ 'job.js': program }), ['run', '-t', 'local', 'job.js']);
  run.stopReading();
  const { code, stderr } = await run.ended;
  t.is(code, 130);
  t.is(stderr, '');
});
