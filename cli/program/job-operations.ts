/** What a JobManager begins on request and takes its time for: savepoints, stopping with one, checkpoints, disposal. */
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { WeftError, fromWireError, type WireError } from '../../runtime/common/errors/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { httpBlobSource } from '../../runtime/taskmanager/blob-source.js';
import { JsonHttp } from '../client/json-http.js';

/** Between two questions whether an operation is done. */
const ASK_EVERY_MS = 50;

interface OperationBody {
  status: { id: 'IN_PROGRESS' | 'COMPLETED' };
  operation: ({ 'failure-cause'?: { class: string; 'stack-trace': string; error?: WireError } } & object) | null;
}

export class JobOperations {
  private readonly http: JsonHttp;

  /**
   * @param url `http://host:port` of the JobManager
   * @param timeoutMs how long an operation is waited for
   */
  constructor(
    private readonly url: string,
    private readonly clock: Clock,
    private readonly timeoutMs: number,
  ) {
    this.http = new JsonHttp(url, { peer: 'the JobManager' });
  }

  /** @returns the id of the operation */
  beginSavepoint(jobId: string, target: string | undefined, cancelJob: boolean): Promise<string> {
    return this.begin(`/jobs/${jobId}/savepoints`, { 'target-directory': target ?? null, 'cancel-job': cancelJob });
  }

  beginStop(jobId: string, target: string | undefined, drain: boolean): Promise<string> {
    return this.begin(`/jobs/${jobId}/stop`, { targetDirectory: target ?? null, drain });
  }

  /** Waits for a savepoint. @returns where it lies @throws what went wrong */
  async savepoint(jobId: string, operation: string): Promise<string> {
    const { location } = (await this.completed(`/jobs/${jobId}/savepoints/${operation}`)) as { location: string };
    return location;
  }

  /** @returns the id of the checkpoint @throws what went wrong */
  async checkpoint(jobId: string): Promise<number> {
    const operation = await this.begin(`/jobs/${jobId}/checkpoints`, {});
    const answer = await this.completed(`/jobs/${jobId}/checkpoints/${operation}`);
    return (answer as { checkpointId: number }).checkpointId;
  }

  /** Deletes a savepoint. @throws what went wrong */
  async dispose(path: string): Promise<void> {
    const operation = await this.begin('/savepoint-disposal', { 'savepoint-path': path });
    await this.completed(`/savepoint-disposal/${operation}`);
  }

  /** The graph that the job runs. */
  async graph(jobId: string): Promise<JobGraph> {
    return (await this.http.get(`/weft/v1/jobs/${jobId}/graph`)) as JobGraph;
  }

  /** A file of the job's artifact. */
  blob(sha256: string): Promise<Uint8Array> {
    return httpBlobSource(
      () => this.url,
      () => '',
    ).fetch(sha256);
  }

  /** Goes on with the job as this graph says. @throws what went wrong */
  async rescale(jobGraph: JobGraph): Promise<void> {
    const path = `/weft/v1/jobs/${jobGraph.jobId}/rescaling`;
    await this.completed(`${path}/${await this.begin(path, { jobGraph })}`);
  }

  close(): void {
    this.http.close();
  }

  private async begin(path: string, body: object): Promise<string> {
    const answer = (await this.http.post(path, body)) as { 'request-id': string };
    return answer['request-id'];
  }

  private async completed(path: string): Promise<object> {
    const deadlineMs = this.clock.monotonicMs() + this.timeoutMs;
    for (;;) {
      const { status, operation } = (await this.http.get(path)) as OperationBody;
      if (status.id === 'COMPLETED') return resultOf(operation);
      if (this.clock.monotonicMs() >= deadlineMs) {
        throw new WeftError('WIRE_TIMEOUT', `The operation was not done within ${this.timeoutMs} ms; it may go on.`);
      }
      await sleep(this.clock, ASK_EVERY_MS);
    }
  }
}

function resultOf(operation: OperationBody['operation']): object {
  const cause = operation?.['failure-cause'];
  if (cause === undefined) return operation ?? {};
  throw cause.error === undefined
    ? new WeftError('INTERNAL', cause['stack-trace'].split('\n', 1)[0] ?? cause.class)
    : fromWireError(cause.error);
}
