/**
 * The partitions of blocking edges that lie with a TaskManager: those that its slots wrote, and copies of others' that its
 * slots are about to read. They stay until the job is over, so that any slot may read them, whenever its turn comes.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { WeftError } from '../../common/errors/index.js';
import type { Channel } from '../types.js';
import { badFrame } from '../tcp/frames.js';

const CHANNEL_ID = /^(\d+-\d+-\d+):(\d+)-(\d+)$/;
const JOB_ID = /^[0-9a-f]{32}$/;

export class PartitionStore {
  constructor(private readonly root: string | undefined) {}

  /** The file of what a producer subtask of this TaskManager writes along an edge. */
  written(jobId: string, attempt: number, edgeId: string, producer: number): string {
    return join(this.folder(jobId, `attempt-${attempt}`), `${edgeId}-from-${producer}`);
  }

  /** The file of what was fetched of a channel. */
  fetched(jobId: string, attempt: number, { channelId }: Channel): string {
    return join(this.folder(jobId, `attempt-${attempt}`), `fetched-${channelId.replace(':', '-from-')}`);
  }

  /** The partition that a peer asks for. @throws EXCHANGE_BAD_FRAME */
  asked(jobId: string, attempt: number, channelId: string): { path: string; consumer: number } {
    const [, edgeId, producer, consumer] = CHANNEL_ID.exec(channelId) ?? [];
    if (edgeId === undefined || !JOB_ID.test(jobId)) throw badFrame('it names no partition');
    return { path: this.written(jobId, attempt, edgeId, Number(producer)), consumer: Number(consumer) };
  }

  /** Drops everything of the job. */
  remove(jobId: string): void {
    if (this.root !== undefined) rmSync(this.folder(jobId), { recursive: true, force: true });
  }

  close(): void {
    if (this.root !== undefined) rmSync(this.root, { recursive: true, force: true });
  }

  private folder(...names: string[]): string {
    if (this.root === undefined) throw new WeftError('INTERNAL', 'There is no folder for result partitions.');
    return join(this.root, ...names);
  }
}
