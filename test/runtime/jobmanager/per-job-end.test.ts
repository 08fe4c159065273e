import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { PerJobEnd } from '../../../runtime/jobmanager/per-job-end.js';
import { RecordingProvider } from './support.js';

const RESULT = { jobId: '1'.repeat(32), state: 'FAILED', diagnostics: 'boom' } as const;

function bench(attached: boolean): { clock: ManualClock; provider: RecordingProvider; end: PerJobEnd } {
  const clock = new ManualClock();
  const provider = new RecordingProvider();
  return { clock, provider, end: new PerJobEnd(clock, provider, attached) };
}

test('detached, the cluster ends with its job, and says how', (t) => {
  const { clock, provider, end } = bench(false);
  end.jobEnded(RESULT);
  clock.advance(0);
  t.deepEqual(provider.end, { status: 'FAILED', diagnostics: 'boom' });
});

test('attached, it ends as soon as the client has the result', (t) => {
  const { clock, provider, end } = bench(true);
  end.resultFetched();
  end.jobEnded({ ...RESULT, state: 'CANCELED' });
  clock.advance(1000);
  t.is(provider.end, undefined);
  end.clientAsked();
  end.resultFetched();
  clock.advance(50);
  t.is(provider.end?.status, 'KILLED');
});

test('a client that went away is waited for three seconds after its last question', (t) => {
  const { clock, provider, end } = bench(true);
  end.jobEnded({ ...RESULT, state: 'FINISHED' });
  clock.advance(2900);
  end.clientAsked();
  clock.advance(2900);
  t.is(provider.end, undefined);
  clock.advance(100);
  t.is(provider.end?.status, 'SUCCEEDED');
});
