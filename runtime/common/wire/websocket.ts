/** Connections of the wire protocol over WebSockets: how they are opened, and how an HTTP server lets them in. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer, type RawData } from 'ws';
import { asWeftError, hasCode } from '../errors/index.js';
import type { Connection, Dial, Visitor, Welcome } from './connection.js';

/** Largest message that any role accepts. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

const WS_OPTIONS = { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES } as const;
const CLOSE_NORMAL = 1000;
const CLOSE_PROTOCOL_ERROR = 1002;

export const dialWebSocket: Dial = ({ address, path, token, timeoutMs }, events) => {
  const socket = new WebSocket(address.replace(/^http/, 'ws').replace(/\/$/, '') + path, {
    ...WS_OPTIONS,
    handshakeTimeout: timeoutMs,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
  });
  let reason = 'the connection was closed';
  let isRefused = false;
  socket.on('open', () => {
    events.opened();
  });
  socket.on('message', (data) => {
    events.message(text(data));
  });
  socket.on('unexpected-response', (request, response) => {
    isRefused = true;
    request.destroy();
    events.refused(response.statusCode ?? 0);
  });
  socket.on('error', (error) => {
    reason = messageOf(error);
  });
  socket.on('close', () => {
    if (!isRefused) events.closed(reason);
  });
  return connectionOf(socket);
};

/** Routes the WebSocket upgrades of an HTTP server. @param admit throws what refuses the visitor */
export function acceptWebSockets(http: Server, admit: (path: string, visitor: Visitor) => Welcome): void {
  const sockets = new WebSocketServer({ ...WS_OPTIONS, noServer: true });
  http.on('upgrade', (request, socket, head) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    let welcome: Welcome;
    try {
      welcome = admit(path, { token: bearerToken(request), remoteAddress: request.socket.remoteAddress ?? '' });
    } catch (error) {
      refuse(socket, error);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      let reason = 'the connection was closed';
      const events = welcome(connectionOf(ws));
      ws.on('message', (data) => {
        events.message(text(data));
      });
      ws.on('error', (error) => {
        reason = messageOf(error);
      });
      ws.on('close', () => {
        events.closed(reason);
      });
    });
  });
}

function connectionOf(socket: WebSocket): Connection {
  return {
    send: (data) => {
      socket.send(data);
    },
    close: (complaint) => {
      if (complaint === undefined) socket.close(CLOSE_NORMAL);
      else socket.close(CLOSE_PROTOCOL_ERROR, complaint);
    },
    terminate: () => {
      socket.terminate();
    },
  };
}

function bearerToken(request: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

function refuse(socket: Duplex, error: unknown): void {
  const status = hasCode(error, 'HTTP_NOT_FOUND') ? '404 Not Found' : '401 Unauthorized';
  const body = JSON.stringify({ errors: [asWeftError(error).message] });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The text of a WebSocket message, which ws hands over as bytes. */
function text(data: RawData): string {
  return (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');
}

function messageOf(error: Error): string {
  return error.message !== '' ? error.message : ((error as NodeJS.ErrnoException).code ?? String(error));
}
