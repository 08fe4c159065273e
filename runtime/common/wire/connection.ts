/**
 * A connection as the wire protocol needs it: whole texts in their order, until it breaks. `websocket.ts` has the real ones;
 * a simulation brings its own.
 */
export interface Connection {
  send(text: string): void;
  /** In order: what was sent still leaves. @param complaint what the peer did wrong, if it is closed because of that */
  close(complaint?: string): void;
  /** At once. */
  terminate(): void;
}

/** What the owner of a connection hears of it. */
export interface ConnectionEvents {
  message(text: string): void;
  /** Once, and nothing after it. */
  closed(reason: string): void;
}

export interface DialEvents extends ConnectionEvents {
  opened(): void;
  /** The server answered with this HTTP status instead of opening. Nothing follows. */
  refused(status: number): void;
}

export interface DialRequest {
  /** `http://host:port` of the server. */
  readonly address: string;
  /** Path of the endpoint. */
  readonly path: string;
  /** Bearer token. */
  readonly token: string | undefined;
  /** An attempt that takes longer is given up. */
  readonly timeoutMs: number;
}

/** Opens a connection; returns at once. @throws for an address that is none */
export type Dial = (request: DialRequest, events: DialEvents) => Connection;

/** Who asks to be let in. */
export interface Visitor {
  /** Bearer token. */
  readonly token: string | undefined;
  readonly remoteAddress: string;
}

/** Takes the opened connection of a visitor. */
export type Welcome = (connection: Connection) => ConnectionEvents;
