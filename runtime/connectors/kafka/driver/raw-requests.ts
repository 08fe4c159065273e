/** Sends requests whose bytes are made here, on kafkajs' connections but past its encoder, which would copy them several times. */
import { ByteReader } from '../protocol/byte-reader.js';
import { ByteWriter } from '../protocol/byte-writer.js';
import type { Answer, Broker, Connection } from './kafkajs-types.js';

export interface RawRequest<T> {
  readonly apiKey: number;
  readonly apiName: string;
  readonly apiVersion: number;
  /** Sent one behind the other; none of them may change before the answer. */
  readonly parts: readonly Buffer[];
  /** @default that of the client */
  readonly timeoutMs?: number;
  /** @throws KafkaError */
  read(answer: ByteReader): T;
}

/** @throws what kafkajs throws, KafkaError */
export async function sendRaw<T>({ connectionPool }: Broker, request: RawRequest<T>): Promise<T> {
  const { apiKey, apiName, apiVersion, timeoutMs, parts } = request;
  const connection = await connectionPool.getConnectionByRequest({ request: { apiKey } });
  if (!connection.isAuthenticated()) await connection.authenticate();
  connection.failIfNotConnected();
  const correlationId = connection.nextCorrelationId();
  const { payload } = await new Promise<Answer>((resolve, reject) => {
    connection.requestQueue.push({
      entry: { apiKey, apiName, apiVersion, correlationId, resolve, reject },
      expectResponse: true,
      requestTimeout: timeoutMs ?? null,
      sendRequest: () => write(connection, [headerOf(request, correlationId, connection.clientId), ...parts]),
    });
  });
  return request.read(new ByteReader(payload));
}

function headerOf({ apiKey, apiVersion, parts }: RawRequest<unknown>, correlationId: number, clientId: string): Buffer {
  const header = new ByteWriter().int32(0).int16(apiKey).int16(apiVersion).int32(correlationId).string(clientId);
  const length = parts.reduce((sum, part) => sum + part.length, header.position);
  // The length does not count itself.
  header.patchInt32(0, length - 4);
  return header.bytes;
}

/** In one call of the system. */
function write({ socket }: Connection, parts: readonly Buffer[]): void {
  socket.cork();
  for (const part of parts) socket.write(part);
  socket.uncork();
}
