import { randomBytes } from 'node:crypto';
import { fileSystemOf, joinPath } from '../../../common/filesystems/index.js';
import type { SinkContext } from '../../functions.js';
import type { SinkWriter, SinkWriterContext } from '../sink.js';
import { OpenPart, type PartFile } from './part-file.js';
import type { RollingPolicy } from './rolling-policy.js';

export interface PartWriterOptions<T> {
  readonly folder: string;
  readonly encode: (record: T) => string;
  /** The folder of a record below the sink's, '' for the sink's own. */
  readonly bucketOf: (record: T, context: SinkContext) => string;
  readonly rolling: Required<RollingPolicy>;
  /** Of the names of finished parts. */
  readonly suffix: string;
  readonly context: SinkWriterContext;
}

/** Writes the parts of a subtask: one at a time in each bucket, under a hidden name. */
export class PartWriter<T> implements SinkWriter<T, PartFile, never> {
  private readonly open = new Map<string, OpenPart>();
  private finished: PartFile[] = [];
  private parts = 0;
  /** Names of other writers, and of the same subtask before a restart, differ. */
  private readonly id = randomBytes(6).toString('hex');

  constructor(private readonly options: PartWriterOptions<T>) {}

  write(record: T, context: SinkContext): void | Promise<void> {
    const { bucketOf, encode, rolling } = this.options;
    const bucket = bucketOf(record, context);
    const part = this.open.get(bucket);
    const line = `${encode(record)}\n`;
    if (part === undefined) return this.begin(bucket, line);
    const full = part.sizeBytes >= rolling.maxPartSizeBytes;
    const old = context.currentProcessingTime() - part.begunMs >= rolling.rolloverIntervalMs;
    if (full || old) return this.roll(bucket, part, line);
    return part.append(line);
  }

  /** What is open ends with each checkpoint, so that it can be committed with it. */
  async flush(): Promise<void> {
    for (const [bucket, part] of [...this.open]) await this.finish(bucket, part);
  }

  prepareCommit(): PartFile[] {
    const { finished } = this;
    this.finished = [];
    return finished;
  }

  async close(): Promise<void> {
    for (const part of this.open.values()) {
      await part.abort();
      this.finished.push(part.file);
    }
    this.open.clear();
    // Nobody will ever commit these.
    for (const { from } of this.finished.splice(0)) await fileSystemOf(from).delete(from);
  }

  private async roll(bucket: string, part: OpenPart, line: string): Promise<void> {
    await this.finish(bucket, part);
    await this.begin(bucket, line);
  }

  private async finish(bucket: string, part: OpenPart): Promise<void> {
    this.finished.push(await part.finish());
    this.open.delete(bucket);
  }

  private async begin(bucket: string, line: string): Promise<void> {
    const { folder, suffix, context } = this.options;
    const begunMs = context.currentProcessingTime();
    const name = `part-${this.id}-${context.subtask}-${this.parts++}${suffix}`;
    const below = bucket === '' ? folder : joinPath(folder, bucket);
    const file = { from: joinPath(below, `.${name}.inprogress`), to: joinPath(below, name) };
    const writer = await fileSystemOf(file.from).create(file.from);
    const part = new OpenPart(file, begunMs, writer);
    this.open.set(bucket, part);
    await part.append(line);
  }
}
