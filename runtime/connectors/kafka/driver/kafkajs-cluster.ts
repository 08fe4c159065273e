/** Makes and ends kafkajs' connections, and mends what they do while nothing happens. */
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AnswerFrames } from './answer-frames.js';
import type { ClientOptions } from './driver.js';
import { KafkaError, NO_ANSWER } from './kafka-error.js';
import type { Cluster, Connection, RequestQueue } from './kafkajs-types.js';

const CONNECT_TIMEOUT_MS = 5000;
const KEEP_ALIVE_MS = 60_000;
/** Of a connection's buffer, into which its socket reads. */
const READ_BYTES = 65_536;
/** The driver's callers repeat by themselves. */
const RETRY = { retries: 1, initialRetryTime: 50 };

const silent = {
  namespace: () => silent,
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

/** Loads kafkajs only now: most programs never need it. */
export async function connectCluster(options: ClientOptions): Promise<Cluster> {
  const [{ default: ClusterOf }, { default: ConnectionOf }, { default: RequestQueueOf }] = await Promise.all([
    import('kafkajs/src/cluster/index.js'),
    import('kafkajs/src/network/connection.js'),
    import('kafkajs/src/network/requestQueue/index.js'),
  ]);
  stopIdlePolling(RequestQueueOf.prototype);
  takeWholeAnswers(ConnectionOf.prototype);
  const cluster = new ClusterOf({
    logger: silent,
    socketFactory: openSocket,
    brokers: options.brokers,
    ssl: options.tls ?? null,
    sasl: options.sasl ?? null,
    clientId: options.clientId,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    authenticationTimeout: CONNECT_TIMEOUT_MS * 2,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
    metadataMaxAge: 0,
    allowAutoTopicCreation: false,
    retry: RETRY,
  });
  await cluster.connect();
  return cluster;
}

/** What still waits for an answer gets none. */
export async function disconnectCluster(cluster: Cluster): Promise<void> {
  const { brokers, seedBroker } = cluster.brokerPool;
  const all = [...Object.values(brokers), ...(seedBroker === undefined ? [] : [seedBroker])];
  for (const { pool } of all.map(({ connectionPool }) => connectionPool)) {
    for (const { requestQueue } of pool) requestQueue.rejectAll(new KafkaError(NO_ANSWER, 'The connection is closed.'));
  }
  await cluster.disconnect().catch(() => undefined);
}

/** What kafkajs throws, as what the connector knows. */
export function toKafkaError(error: unknown): KafkaError {
  const { message, code, name, cause } = error as { message?: string; code?: unknown; name?: string; cause?: unknown };
  if (name === 'KafkaJSNumberOfRetriesExceeded' && cause !== undefined) return toKafkaError(cause);
  const text = message ?? String(error);
  if (name === 'KafkaJSProtocolError' && typeof code === 'number') {
    // What is newer than kafkajs is known by its number only.
    const number = code >= 0 ? code : Number(/Unknown error code (\d+)/.exec(text)?.[1] ?? -1);
    const known = KafkaError.ofCode(number).message;
    return new KafkaError(number, code >= 0 ? `${text} (${known})` : known, error);
  }
  return new KafkaError(NO_ANSWER, text, error);
}

interface SocketOptions {
  host: string;
  port: number;
  ssl: ConnectionOptions | null;
  onConnect: () => void;
}

/** Unlike kafkajs' own, it sends small requests at once, and its data are whole answers. */
function openSocket({ host, port, ssl, onConnect }: SocketOptions): Socket {
  const frames = new AnswerFrames((frame) => socket.emit('data', frame));
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (length, bytes) => {
      try {
        frames.add(Buffer.from(bytes.buffer, bytes.byteOffset, length));
      } catch (error) {
        socket.destroy(error as Error);
      }
      return true;
    },
  };
  const plain = { host, port, noDelay: true, onread };
  // An address is no name that could be asked for.
  const named = isIP(host) === 0 ? { servername: host } : {};
  const socket = ssl === null ? connectTcp(plain, onConnect) : connectTls({ ...plain, ...named, ...ssl }, onConnect);
  socket.setNoDelay(true);
  // Each time that kafkajs gives up a connection it adds one, also to a socket that is dead already.
  socket.setMaxListeners(0);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return socket;
}

const patched = Symbol('weft.patched');

/** A queue of kafkajs looks at its waiting requests again and again, though there are none: here it does only when there are. */
function stopIdlePolling(queue: RequestQueue & { [patched]?: boolean }): void {
  if (queue[patched] === true) return;
  queue[patched] = true;
  const schedule: (this: RequestQueue) => void = Reflect.get(queue, 'scheduleCheckPendingRequests');
  queue.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/** A connection of kafkajs joins what comes with what was left of the answer before, by a copy: here nothing is ever left. */
function takeWholeAnswers(connection: Connection & { [patched]?: boolean }): void {
  if (connection[patched] === true) return;
  connection[patched] = true;
  const process: (this: Connection, answer: Buffer) => void = Reflect.get(connection, 'processData');
  connection.processData = function (this: Connection, answer: Buffer) {
    this.chunks = [];
    this.bytesBuffered = 0;
    process.call(this, answer);
  };
}
