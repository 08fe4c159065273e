/** The JobManager's REST API for commands: Flink's paths, and Weft's own for submission and graphs. */
import type { ResultBatch } from '../../runtime/api/host.js';
import type { WireError } from '../../runtime/common/errors/index.js';
import type { AccumulatorState } from '../../runtime/common/wire/protocols/task-findings.js';
import { accumulatorResults } from '../../runtime/graph/accumulator-states.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import type { ApplicationStatus, JobOutcome } from '../../runtime/local/job-outcome.js';
import { JsonHttp } from '../client/json-http.js';
import type { JobRow } from '../render/job-list.js';

interface ExecutionResultBody {
  status: { id: 'IN_PROGRESS' | 'COMPLETED' };
  'job-execution-result'?: {
    'application-status': ApplicationStatus;
    'net-runtime': number;
    'accumulator-results'?: Record<string, AccumulatorState>;
    'failure-cause'?: { class: string; 'stack-trace': string; error?: WireError };
  };
}

export class JobManagerClient {
  private readonly http: JsonHttp;

  /** @param url `http://host:port` */
  constructor(readonly url: string) {
    this.http = new JsonHttp(url, { peer: 'the JobManager' });
  }

  async jobs(): Promise<JobRow[]> {
    const { jobs } = (await this.http.get('/jobs/overview')) as {
      jobs: { jid: string; name: string; state: string; 'start-time': number }[];
    };
    return jobs.map(({ jid, name, state, 'start-time': startTimeMs }) => ({ jobId: jid, name, state, startTimeMs }));
  }

  /** What the job waits for (slots, a restart), or undefined. */
  async waitingFor(jobId: string): Promise<string | undefined> {
    const job = (await this.http.get(`/jobs/${jobId}`)) as { 'status-message'?: string };
    return job['status-message'];
  }

  /** Undefined while the job runs. */
  async outcome(jobId: string): Promise<JobOutcome | undefined> {
    const body = (await this.http.get(`/jobs/${jobId}/execution-result`)) as ExecutionResultBody;
    const result = body['job-execution-result'];
    if (body.status.id !== 'COMPLETED' || result === undefined) return undefined;
    const cause = result['failure-cause'];
    const error = cause?.error ?? (cause === undefined ? undefined : foreignError(cause));
    return {
      status: result['application-status'],
      netRuntimeMs: result['net-runtime'],
      accumulators: accumulatorResults(Object.values(result['accumulator-results'] ?? {})),
      ...(error === undefined ? {} : { error }),
    };
  }

  async status(jobId: string): Promise<string> {
    const { status } = (await this.http.get(`/jobs/${jobId}/status`)) as { status: string };
    return status;
  }

  /** What the job's collect sink has taken, from a position on. */
  async results(jobId: string, node: number, from: number): Promise<ResultBatch> {
    return (await this.http.get(`/weft/v1/jobs/${jobId}/results?node=${node}&from=${from}`)) as ResultBatch;
  }

  /** Asks for the job's end; it may take a moment until it is CANCELED. */
  async cancel(jobId: string): Promise<void> {
    await this.http.patch(`/jobs/${jobId}?mode=cancel`);
  }

  /** The four graphs of a job, the physical one included. */
  graphs(jobId: string): Promise<unknown> {
    return this.http.get(`/weft/v1/jobs/${jobId}/graphs`);
  }

  hasBlob(sha256: string): Promise<boolean> {
    return this.http.head(`/weft/v1/blobs/${sha256}`);
  }

  async putBlob(sha256: string, content: Uint8Array): Promise<void> {
    await this.http.putBytes(`/weft/v1/blobs/${sha256}`, content);
  }

  async submit(jobGraph: JobGraph): Promise<void> {
    await this.http.post('/weft/v1/jobs', { jobGraph });
  }

  close(): void {
    this.http.close();
  }
}

/** The failure as a JobManager of Flink itself tells it. */
function foreignError(cause: { class: string; 'stack-trace': string }): WireError {
  return { code: 'INTERNAL', message: cause['stack-trace'].split('\n', 1)[0] ?? cause.class, causes: [] };
}
