import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { readScenario } from '../../../cli/sls/scenario.js';
import { runScenario } from '../../../cli/sls/scenario-run.js';
import { ROOT } from '../../tidy/sources.js';

/** Hadoop's own schedulers passed each of these. */
const FOLDER = join(ROOT, 'test', 'scenarios');

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.json'))) {
  test(`as in Hadoop: ${file.replace('.json', '')}`, (t) => {
    t.is(runScenario(readScenario(join(FOLDER, file))), undefined);
  });
}

test('a difference is found and told', (t) => {
  const scenario = readScenario(join(FOLDER, 'cw-02-maximum-capacity.json'));
  const wrong = structuredClone(scenario);
  const expectation = wrong.steps.find(({ op }) => op === 'expect');
  (expectation?.apps?.['x'] as { containers: number }).containers = 99;
  t.regex(runScenario(wrong) ?? '', /^step 3 \(expect\): apps\/x\/containers: expected 99, got \d+$/);
});
