/** Copies what a consumer needs of a partition from the TaskManager that has it, over its data port. */
import { closeSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { asWeftError, WeftError } from '../../common/errors/index.js';
import { badFrame, encodeFrame, FrameParser, FrameType, type FrameHeader, type FrameListener } from '../tcp/frames.js';
import type { Hello } from '../tcp/producer-session.js';
import type { Channel } from '../types.js';
import { guarded } from './partition-file.js';

/** @param hello names the channel @param path of the copy, which has one piece. @throws EXCHANGE_PEER_LOST, EXCHANGE_PARTITION_FAILED */
export async function fetchPartition(channel: Channel, hello: Hello, path: string): Promise<void> {
  const { host, port } = channel.peer.data;
  const fetching = new Fetching(`${path}.part`);
  const socket = connect({ host, port, noDelay: true });
  try {
    await transfer(socket, fetching, hello);
  } catch (cause) {
    if (cause instanceof WeftError && cause.code === 'EXCHANGE_PARTITION_FAILED') throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError(
      'EXCHANGE_PEER_LOST',
      `The partition ${channel.channelId} cannot be fetched from TaskManager ${channel.peer.resourceId} at ${host}:${port}: ${why}.`,
      { cause },
    );
  } finally {
    socket.destroy();
    fetching.close();
  }
  guarded(path, () => {
    writeFileSync(`${path}.index`, JSON.stringify({ [channel.consumerSubtask]: [0, fetching.length] }));
    renameSync(`${path}.part`, path);
  });
}

function transfer(socket: Socket, fetching: Fetching, hello: Hello): Promise<void> {
  return new Promise((resolve, reject) => {
    const parser = new FrameParser(fetching);
    fetching.onEnd = resolve;
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed before its end')));
    socket.on('data', (chunk) => {
      try {
        parser.push(chunk);
      } catch (error) {
        socket.destroy(asWeftError(error));
      }
    });
    const header = { type: FrameType.hello, channel: 0, sequence: 0, amount: 0 };
    socket.write(encodeFrame(header, Buffer.from(JSON.stringify(hello))));
  });
}

/** Writes what comes into the file as it comes: the file system is the faster of the two. */
class Fetching implements FrameListener {
  readonly accepts = [FrameType.data, FrameType.end];
  length = 0;
  onEnd: () => void = () => undefined;
  private readonly fd: number;
  private sequence = 0;

  constructor(private readonly path: string) {
    this.fd = guarded(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'w');
    });
  }

  onFrame(header: FrameHeader): void {
    this.expect(header);
    this.onEnd();
  }

  onDataBegin(header: FrameHeader): void {
    this.expect(header);
  }

  onData(piece: Buffer): void {
    for (let at = 0; at < piece.length;) {
      at += guarded(this.path, () => writeSync(this.fd, piece, at, piece.length - at));
    }
    this.length += piece.length;
  }

  close(): void {
    closeSync(this.fd);
  }

  private expect({ sequence }: FrameHeader): void {
    if (sequence !== this.sequence++) throw badFrame('it is out of order');
  }
}
