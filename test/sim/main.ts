/** `npm run sim -- --seed N [--seeds M] [--minutes M] [--trace]`: runs seeds; of one that fails, says how to see it again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../runtime/common/clock.js';
import { MINUTES, simulate, type Outcome } from './simulate.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: String(MINUTES) },
    trace: { type: 'boolean', default: false },
    'until-failure': { type: 'boolean', default: false },
  },
});
const first = Number(values.seed);
const minutes = Number(values.minutes);
const folder = mkdtempSync(join(tmpdir(), 'weft-sim-'));
/** So many of the last lines are shown of a seed that fails. */
const TAIL = 60;

let failed = 0;
try {
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const startMs = systemClock.monotonicMs();
    const print = (line: string): void => {
      process.stdout.write(`${line}\n`);
    };
    const outcome = await simulate({ seed, minutes, folder, keepLines: TAIL, ...(values.trace ? { print } : {}) });
    report(outcome, systemClock.monotonicMs() - startMs);
    if (outcome.failure !== undefined) failed++;
    if (failed > 0 && values['until-failure']) break;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function report(outcome: Outcome, tookMs: number): void {
  const { seed, events, faults, mishaps, applications, hash, failure, tail } = outcome;
  const counts = `${applications} applications, ${faults} faults, ${mishaps} mishaps of messages, ${events} events`;
  if (failure !== undefined && !values.trace) process.stdout.write(`${tail.join('\n')}\n`);
  process.stdout.write(`seed ${seed}: ${failure ?? 'ok'} (${counts}, trace ${hash}, ${Math.round(tookMs)} ms)\n`);
  if (failure === undefined) return;
  process.stdout.write(`Again with the whole trace: npm run sim -- --seed ${seed} --minutes ${minutes} --trace\n`);
}
