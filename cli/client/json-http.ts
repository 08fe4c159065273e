/** JSON over HTTP with kept connections: what a command's clients have in common. */
import { Agent, request as httpRequest } from 'node:http';
import { tokenFor } from './credentials.js';
import { WeftError, fromWireError, isErrorCode, type WireError } from '../../runtime/common/errors/index.js';

export interface JsonHttpOptions {
  /** Who is asked, for messages: `the ResourceManager`. */
  peer: string;
  /** Bearer token. @default what is known for the peer's address */
  token?: string | undefined;
  /** Whom the command acts for, where the peer believes what it is told: YARN's `user.name`. */
  user?: string;
  /** A request without an answer for this long fails. @default 60 000 */
  timeoutMs?: number;
}

export interface JsonResponse {
  status: number;
  /** The parsed body; undefined if it is empty or no JSON. */
  body: unknown;
}

export class JsonHttp {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(
    readonly baseUrl: string,
    private readonly options: JsonHttpOptions,
  ) {}

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

  private send(method: string, path: string, payload?: { type: string; content: Uint8Array }): Promise<JsonResponse> {
    const { token = tokenFor(this.baseUrl), timeoutMs = 60_000 } = this.options;
    const headers: Record<string, string | number> = { accept: 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (payload !== undefined) {
      headers['content-type'] = payload.type;
      headers['content-length'] = payload.content.byteLength;
    }
    return new Promise((resolve, reject) => {
      // A base may have a path of its own: the ResourceManager's proxy of an application.
      const url = this.baseUrl.replace(/\/$/, '') + this.asUser(path);
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
          resolve({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) });
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
