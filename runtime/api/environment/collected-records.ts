import { deserialize } from 'node:v8';
import { WeftError } from '../../common/errors/index.js';
import type { JobClient } from './job-client.js';

/** Results up to this size are kept for the next job of the program, whose slots run the program again. */
const REMEMBERED_CHARS = 16 * 1024 * 1024;

/**
 * What a job's stream holds, while the job runs. A loop that is left early, and `close()`, end the job. Records come as plain
 * data: classes lose their methods on the way.
 */
export class CollectedRecords<T> implements AsyncIterableIterator<T> {
  private records: T[] = [];
  private position = 0;
  private fetched = 0;
  private rememberedChars = 0;
  private attempt: number | undefined;
  private ended = false;

  /** @param submitted the job, and the sink that keeps its results */
  constructor(private readonly submitted: Promise<{ client: JobClient; node: number }>) {
    // Whoever takes the first record hears of it.
    submitted.catch(() => undefined);
  }

  /** @throws JOB_FAILED when the job fails, JOB_RESULTS_LOST when it restarts after a part of the results was given out */
  async next(): Promise<IteratorResult<T, undefined>> {
    while (this.position === this.records.length) {
      if (this.ended) return { done: true, value: undefined };
      await this.fetch();
    }
    return { done: false, value: this.records[this.position++] };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  /** Cancels the job unless it is over. */
  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    this.records = [];
    this.position = 0;
    const { client } = await this.submitted;
    await client.cancel();
    // However it ends, it ends before the program goes on.
    await client.getJobExecutionResult().catch(() => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async fetch(): Promise<void> {
    const { client, node } = await this.submitted;
    const result = client.getJobExecutionResult();
    const remember = this.rememberedChars < REMEMBERED_CHARS;
    const batch = await client.fetchResults(node, this.fetched, remember).catch(async (error: unknown) => {
      // The cluster may be gone because the job has failed, which says more.
      await result;
      throw error;
    });
    if (this.fetched > 0 && batch.attempt !== this.attempt && !batch.ended) {
      await client.cancel();
      throw new WeftError('JOB_RESULTS_LOST', 'The job restarted after a part of its results was given out.');
    }
    this.attempt = batch.attempt;
    this.fetched += batch.records.length;
    for (const record of batch.records) this.rememberedChars += record.length;
    this.records = batch.records.map((record) => deserialize(Buffer.from(record, 'base64')) as T);
    this.position = 0;
    if (!batch.ended) return;
    await result;
    this.ended = true;
  }
}
