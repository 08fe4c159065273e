/**
 * The end of a per-job cluster. When its job has ended the cluster ends too, but an attached client that polls shall still
 * hear the result: it is waited for until it has fetched it, though not for longer than a few seconds after it last asked.
 */
import type { Clock } from '../common/clock.js';
import type { StoredResult } from './job-store.js';
import type { FinalStatus, WorkerProvider } from './worker-provider.js';

/** How long after its last question an attached client is waited for. */
export const CLIENT_PATIENCE_MS = 3000;
/** Time for the answer that holds the result to leave. */
const ANSWER_LEAVES_MS = 50;

const FINAL_STATUS: Record<StoredResult['state'], FinalStatus> = {
  FINISHED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELED: 'KILLED',
};

export class PerJobEnd {
  private result: StoredResult | undefined;
  private cancelWait: (() => void) | undefined;
  private fetched = false;
  private told = false;
  private waitedFor = false;

  /** @param attached whether a client waits for the job (`execution.attached`) */
  constructor(
    private readonly clock: Clock,
    private readonly provider: WorkerProvider,
    private readonly attached: boolean,
  ) {}

  jobEnded(result: StoredResult): void {
    this.result = result;
    this.waitFor(this.attached || this.waitedFor ? CLIENT_PATIENCE_MS : 0);
  }

  /** A client asked for the job: it is still there. */
  clientAsked(): void {
    if (this.result !== undefined && !this.fetched) this.waitFor(CLIENT_PATIENCE_MS);
  }

  /** A client waits for something that may end the job: a savepoint to stop with. */
  clientWaits(): void {
    this.waitedFor = true;
  }

  /** A client has got the result of the ended job. */
  resultFetched(): void {
    if (this.result === undefined) return;
    this.fetched = true;
    this.waitFor(ANSWER_LEAVES_MS);
  }

  stop(): void {
    this.cancelWait?.();
  }

  private waitFor(delayMs: number): void {
    this.cancelWait?.();
    this.cancelWait = this.clock.after(delayMs, () => {
      this.tell();
    });
  }

  private tell(): void {
    if (this.result === undefined || this.told) return;
    this.told = true;
    this.provider.finished(FINAL_STATUS[this.result.state], this.result.diagnostics);
  }
}
