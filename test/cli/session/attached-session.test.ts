import { PassThrough } from 'node:stream';
import test from 'ava';
import type { ApplicationReport } from '../../../cli/client/application-report.js';
import { AttachedSession, type AttachedEnd } from '../../../cli/session/attached-session.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { WeftError } from '../../../runtime/common/errors/index.js';

interface Terminal {
  input: PassThrough;
  errors: PassThrough;
  clock: ManualClock;
  end: Promise<AttachedEnd>;
}

function attach(report: () => Promise<Partial<ApplicationReport>>): Terminal {
  const input = new PassThrough();
  const errors = new PassThrough();
  const clock = new ManualClock();
  const options = { input, errors, clock, report: report as () => Promise<ApplicationReport> };
  return { input, errors, clock, end: AttachedSession.run(options, new Promise(() => undefined)) };
}

const running = (): Promise<Partial<ApplicationReport>> => Promise.resolve({ state: 'RUNNING' });

test('stop and quit end it, also from a pipe that closes', async (t) => {
  for (const command of ['stop\n', ' quit ', 'help\nstop\nnonsense\n']) {
    const { input, end } = attach(running);
    input.end(command);
    t.deepEqual(await end, { kind: 'stop' }, command);
  }
});

test('help and unknown commands show the commands on the error stream', async (t) => {
  const { input, errors, end } = attach(running);
  input.end('help\nhalt\nstop\n');
  await end;
  const text = (errors.read() as Buffer).toString();
  t.regex(text, /stop, quit/);
  t.regex(text, /Unknown command 'halt'. Showing help:/);
});

test('the end of the session is noticed within a second', async (t) => {
  const { clock, end } = attach(() => Promise.resolve({ state: 'KILLED', diagnostics: 'killed by someone' }));
  clock.advance(1000);
  const how = await end;
  t.is(how.kind === 'over' && how.report.diagnostics, 'killed by someone');
});

test('a ResourceManager that is away is waited for, for a while', async (t) => {
  let reports = 0;
  const { clock, end } = attach(() => {
    reports++;
    return Promise.reject(new WeftError('UNREACHABLE', 'away'));
  });
  let how: AttachedEnd | undefined;
  void end.then((value) => (how = value));
  const second = async (): Promise<void> => {
    clock.advance(1000);
    await new Promise(setImmediate);
  };
  for (let seconds = 1; seconds <= 15; seconds++) await second();
  t.is(how, undefined);
  t.is(reports, 15);
  await second();
  t.deepEqual(how, { kind: 'unknown' });
});
