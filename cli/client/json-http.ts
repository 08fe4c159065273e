/** JSON over HTTP with kept connections: what a command's clients have in common. */
import { Agent, request as httpRequest } from 'node:http';
import { tokenFor } from './credentials.js';
import { sleep, systemClock, type Clock } from '../../runtime/common/clock.js';
import { addressesOf } from '../../runtime/common/http/addresses.js';
import { WeftError, fromWireError, isErrorCode, type WireError } from '../../runtime/common/errors/index.js';

export interface JsonHttpOptions {
  /** Who is asked, for messages: `the ResourceManager`. */
  peer: string;
  /** Bearer token. @default what is known for the peer's address */
  token?: string | undefined;
  /** Whom the command acts for, where the peer believes what it is told: YARN's `user.name`. */
  user?: string;
  /** Paces the search for the leader among several. @default that of this machine */
  clock?: Clock;
  /** A request without an answer for this long fails. @default 60 000 */
  timeoutMs?: number;
}

export interface JsonResponse {
  status: number;
  /** The parsed body; undefined if it is empty or no JSON. */
  body: unknown;
  /** Where the leader is, if this is another server. */
  location: string | undefined;
  /** Whether the answer is that another one comes soon. */
  isTemporary: boolean;
}

/** How long one of several servers is waited for to take over, and how often they are asked meanwhile. */
const FAILOVER_PATIENCE_MS = 20_000;
const FAILOVER_PAUSE_MS = 100;
/** One of several that says nothing for so long is taken to be frozen. */
const FAILOVER_SILENCE_MS = 5000;
/** Servers that send each other's visitors in a circle are waited for, as if none of them led. */
const MAX_REDIRECTS = 3;

interface Payload {
  type: string;
  content: Uint8Array;
}

export class JsonHttp {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });
  private readonly baseUrls: string[];
  /** The one that answered last, or that the others sent us to. */
  private baseUrl: string;

  /** @param addresses of several, separated by commas, one leads; it is found, and followed when it changes */
  constructor(
    readonly addresses: string,
    private readonly options: JsonHttpOptions,
  ) {
    this.baseUrls = addressesOf(addresses);
    this.baseUrl = this.baseUrls[0] ?? '';
  }

  /** @throws UNREACHABLE; CLIENT_REQUEST_REFUSED, or the code that the peer sent, for a status of 400 and above */
  async get(path: string): Promise<unknown> {
    return this.accepted(await this.send('GET', path), path);
  }

  async post(path: string, body?: unknown): Promise<unknown> {
    return this.accepted(await this.send('POST', path, jsonBody(body)), path);
  }

  async put(path: string, body: unknown): Promise<unknown> {
    return this.accepted(await this.send('PUT', path, jsonBody(body)), path);
  }

  async patch(path: string, body?: unknown): Promise<unknown> {
    return this.accepted(await this.send('PATCH', path, jsonBody(body)), path);
  }

  async delete(path: string): Promise<unknown> {
    return this.accepted(await this.send('DELETE', path), path);
  }

  /** Uploads bytes. */
  async putBytes(path: string, content: Uint8Array): Promise<unknown> {
    return this.accepted(await this.send('PUT', path, { type: 'application/octet-stream', content }), path);
  }

  /** Whether the path exists. */
  async head(path: string): Promise<boolean> {
    const { status } = await this.send('HEAD', path);
    if (status >= 500) throw this.refused(status, undefined, path);
    return status < 400;
  }

  /** Lets the process end: kept connections are dropped. */
  close(): void {
    this.agent.destroy();
  }

  private accepted({ status, body }: JsonResponse, path: string): unknown {
    if (status >= 400) throw this.refused(status, body, path);
    return body;
  }

  private async send(method: string, path: string, payload?: Payload): Promise<JsonResponse> {
    if (this.baseUrls.length === 1) return this.ask(this.baseUrl, method, path, payload);
    const { clock = systemClock } = this.options;
    const deadlineMs = clock.monotonicMs() + FAILOVER_PATIENCE_MS;
    for (let turn = this.baseUrls.indexOf(this.baseUrl) + 1; ; turn++) {
      const answer = await this.askLeader(method, path, payload).catch((error: unknown) => {
        if (clock.monotonicMs() >= deadlineMs) throw error;
      });
      if (answer !== undefined) return answer;
      if (turn % this.baseUrls.length === 0) await sleep(clock, FAILOVER_PAUSE_MS);
      this.baseUrl = this.baseUrls[turn % this.baseUrls.length] ?? '';
    }
  }

  /** Goes where a server that stands by sends it. @throws UNREACHABLE also when none leads */
  private async askLeader(method: string, path: string, payload?: Payload): Promise<JsonResponse> {
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const answer = await this.ask(this.baseUrl, method, path, payload);
      if (answer.location !== undefined) this.baseUrl = new URL(answer.location).origin;
      else if (answer.status !== 503 || !answer.isTemporary) return answer;
      else break;
    }
    throw this.unreachable(new Error('it stands by, and none leads'));
  }

  private ask(baseUrl: string, method: string, path: string, payload?: Payload): Promise<JsonResponse> {
    const { token = tokenFor(baseUrl), timeoutMs = this.baseUrls.length > 1 ? FAILOVER_SILENCE_MS : 60_000 } =
      this.options;
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (payload !== undefined) {
      headers['content-type'] = payload.type;
      headers['content-length'] = payload.content.byteLength;
    }
    return new Promise((resolve, reject) => {
      // A base may have a path of its own: the ResourceManager's proxy of an application.
      const url = baseUrl + this.asUser(path);
      if (!URL.canParse(url)) {
        reject(this.unreachable(new Error('no address')));
        return;
      }
      const request = httpRequest(url, { method, headers, agent: this.agent, timeout: timeoutMs }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (cause) => {
          reject(this.unreachable(cause));
        });
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          resolve({
            ...{ status, body: parse(Buffer.concat(chunks).toString('utf8')) },
            location: status === 307 ? answered.location : undefined,
            isTemporary: answered['retry-after'] !== undefined,
          });
        });
      });
      request.on('timeout', () => {
        request.destroy(new Error(`no answer within ${timeoutMs} ms`));
      });
      request.on('error', (cause) => {
        reject(this.unreachable(cause));
      });
      request.end(payload?.content);
    });
  }

  private asUser(path: string): string {
    const { user } = this.options;
    if (user === undefined) return path;
    return `${path}${path.includes('?') ? '&' : '?'}user.name=${encodeURIComponent(user)}`;
  }

  private unreachable(cause: Error): WeftError {
    const code = (cause as NodeJS.ErrnoException).code ?? cause.message;
    return new WeftError(
      'UNREACHABLE',
      `${capitalised(this.options.peer)} does not answer at ${this.baseUrl} (${code}).`,
      { cause },
    );
  }

  private refused(status: number, body: unknown, path: string): WeftError {
    const answered = `${capitalised(this.options.peer)} answered ${status} to ${path}.`;
    return refusal(body) ?? new WeftError('CLIENT_REQUEST_REFUSED', answered);
  }
}

/** An error in Weft's own form, in YARN's (`RemoteException`) or in Flink's (`errors`, with Weft's code beside them). */
function refusal(body: unknown): WeftError | undefined {
  const fields = (body ?? {}) as {
    weftError?: WireError;
    RemoteException?: { message?: string };
    errors?: string[];
    code?: string;
  };
  if (fields.weftError !== undefined) return fromWireError(fields.weftError);
  const message = fields.RemoteException?.message ?? fields.errors?.[0];
  if (message === undefined) return undefined;
  const { code = '' } = fields;
  return new WeftError(isErrorCode(code) ? code : 'CLIENT_REQUEST_REFUSED', message);
}

function jsonBody(body: unknown): { type: string; content: Uint8Array } | undefined {
  return body === undefined ? undefined : { type: 'application/json', content: Buffer.from(JSON.stringify(body)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
