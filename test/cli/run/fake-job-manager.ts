/** A JobManager that takes jobs and answers as a test tells it to. */
import type { ExecutionContext } from 'ava';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';

export class FakeJobManager {
  readonly blobs = new Map<string, Buffer>();
  readonly uploads: string[] = [];
  readonly jobs: JobGraph[] = [];
  readonly cancelled: string[] = [];
  /** Answer to `/jobs/overview`. */
  overview: { jid: string; name: string; state: string; 'start-time': number }[] = [];
  /** Answers to `/jobs/:id/execution-result`, the last one for ever. */
  results: unknown[] = [{ status: { id: 'IN_PROGRESS' } }];
  statusMessage: string | undefined;
  /** Whether it knows no job. */
  unknownJobs = false;
  /** Called when the details of a job were asked for. */
  onDetails: () => void = () => undefined;

  private constructor(private readonly server: Server) {}

  /** It is closed when the test ends. */
  static async start(t: ExecutionContext): Promise<FakeJobManager> {
    const server = createServer((request, response) => {
      void fake.answer(request, response);
    });
    const fake = new FakeJobManager(server);
    t.teardown(() => {
      fake.close();
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return fake;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = request;
    const [status, body] = this.route(method, url, Buffer.concat(chunks));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private route(method: string, url: string, body: Buffer): [number, unknown] {
    const blob = /^\/weft\/v1\/blobs\/([0-9a-f]{64})$/.exec(url)?.[1];
    if (blob !== undefined && method === 'HEAD') return [this.blobs.has(blob) ? 200 : 404, {}];
    if (blob !== undefined && method === 'PUT') {
      this.uploads.push(blob);
      this.blobs.set(blob, body);
      return [201, {}];
    }
    if (method === 'POST' && url === '/weft/v1/jobs') {
      this.jobs.push((JSON.parse(body.toString()) as { jobGraph: JobGraph }).jobGraph);
      return [202, { jobId: this.jobs.at(-1)!.jobId }];
    }
    if (url === '/jobs/overview') return [200, { jobs: this.overview }];
    const job = /^\/jobs\/([0-9a-f]{32})(\/execution-result|\?mode=cancel)?$/.exec(url);
    if (job === null) return [404, { errors: [`Not found: ${url}`] }];
    if (this.unknownJobs) return [404, { errors: [`Job ${job[1]} not found`], code: 'JOB_NOT_FOUND' }];
    if (method === 'PATCH') {
      this.cancelled.push(job[1]);
      this.results = [endedAs('CANCELED')];
      return [202, {}];
    }
    if (job[2] === '/execution-result') return [200, this.results.length > 1 ? this.results.shift() : this.results[0]];
    this.onDetails();
    return [
      200,
      { jid: job[1], ...(this.statusMessage === undefined ? {} : { 'status-message': this.statusMessage }) },
    ];
  }
}

/** The answer for a job that has ended. */
export function endedAs(status: string, failure?: object): unknown {
  return {
    status: { id: 'COMPLETED' },
    'job-execution-result': {
      id: 'x',
      'application-status': status,
      'accumulator-results': {},
      'net-runtime': 1234,
      ...(failure === undefined ? {} : { 'failure-cause': failure }),
    },
  };
}
