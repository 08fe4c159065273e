/** Sinks of two phases, of the program's own: what is called, and in which order, when all goes well and when it does not. */
import test from 'ava';
import { TwoPhaseCommitSinkFunction } from '../../../runtime/api/index.js';
import { operatorHarness, type HarnessOptions } from '../../../runtime/testing/index.js';

class Ledger extends TwoPhaseCommitSinkFunction<number, { id: string }> {
  constructor(
    readonly calls: string[],
    private readonly name = '',
  ) {
    super();
  }

  private begun = 0;

  override open(): void {
    this.calls.push(`open ${this.getRuntimeContext().indexOfThisSubtask}`);
  }

  async beginTransaction(): Promise<{ id: string }> {
    await Promise.resolve();
    return { id: `${this.name}${++this.begun}` };
  }

  invoke({ id }: { id: string }, value: number): void {
    this.calls.push(`${value} into ${id}`);
  }

  preCommit({ id }: { id: string }): void {
    this.calls.push(`preCommit ${id}`);
  }

  commit({ id }: { id: string }): void {
    this.calls.push(`commit ${id}`);
  }

  abort({ id }: { id: string }): void {
    this.calls.push(`abort ${id}`);
  }

  override recoverAndCommit({ id }: { id: string }): void {
    this.calls.push(`recoverAndCommit ${id}`);
  }

  override recoverAndAbort({ id }: { id: string }): void {
    this.calls.push(`recoverAndAbort ${id}`);
  }

  override close(): void {
    this.calls.push('close');
  }
}

function harnessOf(ledger: Ledger, options: HarnessOptions = {}): ReturnType<typeof operatorHarness<number, never>> {
  return operatorHarness<number, never>((input) => input.addSink(ledger), options);
}

test('each checkpoint ends a transaction, which is committed when it is complete', async (t) => {
  const calls: string[] = [];
  const harness = await harnessOf(new Ledger(calls));
  harness.processElements([1, 2]);
  await harness.until(() => calls.length === 3);
  const first = await harness.snapshot();
  harness.processElements([3]);
  await harness.notifyOfCompletedCheckpoint(first);
  await harness.close();
  t.deepEqual(calls, [
    ...['open 0', '1 into 1', '2 into 1', 'preCommit 1', '3 into 2', 'commit 1'],
    ...['preCommit 2', 'commit 2', 'abort 3', 'close'],
  ]);
});

test('a restarted job commits what was pre-committed and aborts what was begun', async (t) => {
  const calls: string[] = [];
  const harness = await harnessOf(new Ledger(calls));
  harness.processElements([1]);
  await harness.until(() => calls.length === 2);
  const snapshot = await harness.snapshot();
  const again: string[] = [];
  const restored = await harnessOf(new Ledger(again, 'new '), { restore: snapshot });
  t.deepEqual(again, ['recoverAndCommit 1', 'recoverAndAbort 2', 'open 0']);
  restored.processElements([2]);
  await restored.cancel();
  await harness.cancel();
  t.deepEqual(again.slice(3), ['2 into new 1', 'abort new 1', 'close']);
});

test('a commit that fails fails the job', async (t) => {
  const calls: string[] = [];
  const ledger = new Ledger(calls);
  ledger.commit = () => {
    throw new Error('the ledger is away');
  };
  const harness = await harnessOf(ledger);
  harness.processElements([1]);
  await t.throwsAsync(harness.close(), { message: /the ledger is away/ });
});
