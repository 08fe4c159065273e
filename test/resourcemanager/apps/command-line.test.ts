import test from 'ava';
import { quote } from 'shell-quote';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { splitCommand } from '../../../resourcemanager/apps/command-line.js';

test('plain and quoted words become an argument vector', (t) => {
  t.deepEqual(splitCommand(`{{NODE}} --max-old-space-size=64 'a b' "c'd" {{WEFT_DIST}}/x.mjs <LOG_DIR>/gc.log`), [
    '{{NODE}}',
    '--max-old-space-size=64',
    'a b',
    "c'd",
    '{{WEFT_DIST}}/x.mjs',
    '<LOG_DIR>/gc.log',
  ]);
});

test('whatever was quoted for a shell comes out as it went in', (t) => {
  const words = ['{{NODE}}', '-e', 'console.log("$HOME" + `#x` && 1 > 0)', '$(x)', '<LOG_DIR>', 'é'];
  t.deepEqual(splitCommand(quote(words)), words);
});

test('a pattern that is quoted is a word like any other', (t) => {
  t.deepEqual(splitCommand(`a '*.txt'`), ['a', '*.txt']);
});

for (const command of ['a; b', 'a | b', 'a 1>out', 'a && b', 'a $HOME', 'a *.txt', 'a # b', 'a $(b)', '']) {
  test(`refused: ${command}`, (t) => {
    t.true(
      hasCode(
        t.throws(() => splitCommand(command)),
        'RM_BAD_SUBMISSION',
      ),
    );
  });
}
