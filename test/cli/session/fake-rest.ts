/** A ResourceManager's REST API and the JobManager of its only application, as far as commands need them. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApplicationReport, ApplicationState } from '../../../cli/client/application-report.js';
import type { Submission } from '../../../cli/client/submission.js';

export const APPLICATION = 'application_1700000000000_0001';

export class FakeRest {
  private readonly server: Server;
  readonly blobs = new Map<string, Buffer>();
  readonly requests: string[] = [];
  submission: Submission | undefined;
  maximum = { memory: 8192, vCores: 4 };
  state: ApplicationState = 'NEW';
  trackingUrl = '';
  diagnostics = '';
  /** Called before each report, to move the application on. */
  onReport: () => void = () => undefined;
  /** What `DELETE /cluster` does. */
  onStop: () => void = () => {
    this.state = 'FINISHED';
  };
  events: unknown[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.answer(request, response, Buffer.concat(chunks));
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  start(): Promise<this> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => resolve(this)));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Breaks all connections, as a process that dies does. */
  hangUp(): void {
    this.server.closeAllConnections();
  }

  running(): void {
    this.state = 'RUNNING';
    this.trackingUrl = this.url;
  }

  private answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const { method = '', url = '' } = request;
    const path = url.split('?', 1)[0] ?? '';
    this.requests.push(`${method} ${path}`);
    const send = (status: number, value?: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(value === undefined ? undefined : JSON.stringify(value));
    };
    if (path.startsWith('/weft/v1/blobs/')) {
      this.blob(method, path, body, send);
      return;
    }
    switch (`${method} ${path}`) {
      case 'POST /ws/v1/cluster/apps/new-application':
        send(200, { 'application-id': APPLICATION, 'maximum-resource-capability': this.maximum });
        return;
      case 'POST /ws/v1/cluster/apps':
        this.submission = JSON.parse(body.toString()) as Submission;
        if (this.state === 'NEW') this.state = 'ACCEPTED';
        send(202);
        return;
      case `GET /ws/v1/cluster/apps/${APPLICATION}`:
        this.onReport();
        send(200, { app: this.report() });
        return;
      case `GET /weft/v1/apps/${APPLICATION}/appmaster`:
        if (this.trackingUrl === '') send(404, { errors: ['no AppMaster now'] });
        else send(200, { url: this.url, trackingUrl: this.trackingUrl, state: this.state });
        return;
      case `PUT /ws/v1/cluster/apps/${APPLICATION}/state`:
        this.state = 'KILLED';
        send(202, { state: 'KILLED' });
        return;
      case `GET /ws/v1/weft/apps/${APPLICATION}/events`:
        send(200, { events: this.events });
        return;
      case 'GET /ws/v1/cluster/apps':
        send(200, { apps: this.state === 'NEW' ? {} : { app: [this.report()] } });
        return;
      case 'GET /ws/v1/cluster/nodes':
        send(200, { nodes: {} });
        return;
      case 'GET /ws/v1/cluster/scheduler':
        send(200, { scheduler: { schedulerInfo: { type: 'fifoScheduler', capacity: 1 } } });
        return;
      case 'DELETE /cluster':
        this.onStop();
        send(202, {});
        return;
      default:
        send(404, { RemoteException: { exception: 'NotFoundException', message: `app with id ${path} not found` } });
    }
  }

  private blob(method: string, path: string, body: Buffer, send: (status: number, value?: unknown) => void): void {
    const hash = path.slice('/weft/v1/blobs/'.length);
    if (method === 'HEAD') send(this.blobs.has(hash) ? 200 : 404);
    else if (createHash('sha256').update(body).digest('hex') !== hash) send(400, { errors: ['wrong hash'] });
    else {
      this.blobs.set(hash, body);
      send(201, {});
    }
  }

  private report(): ApplicationReport {
    return {
      id: APPLICATION,
      user: 'someone',
      name: 'demo',
      queue: 'default',
      state: this.state,
      finalStatus: 'UNDEFINED',
      progress: 0,
      trackingUrl: `${this.url}/proxy/${APPLICATION}/`,
      diagnostics: this.diagnostics,
      applicationType: 'Weft',
      startedTime: 0,
      finishedTime: 0,
      elapsedTime: 0,
    };
  }
}
