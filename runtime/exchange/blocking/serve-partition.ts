/** Sends what a consumer needs of a partition to its TaskManager, as fast as the socket takes it. */
import { open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { encodeHeader, FrameType, MAX_DATA_BYTES } from '../tcp/frames.js';
import { piecesOf } from './partition-file.js';

/** @throws EXCHANGE_PEER_LOST when there is no such partition */
export async function servePartition(socket: Socket, path: string, consumer: number): Promise<void> {
  const pieces = piecesOf(path, consumer);
  const file = await open(path, 'r');
  let sequence = 0;
  try {
    for (let n = 0; n < pieces.length; n += 2) {
      const end = (pieces[n] ?? 0) + (pieces[n + 1] ?? 0);
      for (let at = pieces[n] ?? 0; at < end;) {
        const { bytesRead, buffer } = await file.read({
          buffer: Buffer.allocUnsafe(Math.min(MAX_DATA_BYTES, end - at)),
          position: at,
        });
        if (bytesRead === 0 || socket.destroyed) return;
        at += bytesRead;
        const header = { type: FrameType.data, channel: 0, sequence: sequence++, length: bytesRead, amount: 0 };
        socket.write(encodeHeader(header));
        if (!socket.write(buffer.subarray(0, bytesRead))) await drained(socket);
      }
    }
    socket.write(encodeHeader({ type: FrameType.end, channel: 0, sequence, length: 0, amount: 0 }));
  } finally {
    await file.close();
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', () => {
      resolve();
    });
  });
}
