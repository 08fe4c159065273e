/** Reads one log line by line, from where it was left. */
import { StringDecoder } from 'node:string_decoder';
import { readLogLine, type LogLine } from './log-line.js';
import type { LogSource } from './log-source.js';
import { readLog } from './node-logs.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Reads bytes of a source; replaced in tests. */
export type ReadBytes = (source: LogSource, offset: number, sizeBytes: number) => Promise<Buffer>;

export class LogReader {
  private readonly decoder = new StringDecoder('utf8');
  private offset = 0;
  /** The file became `….1` and began anew: the rest of it is read from there first. */
  private rotatedAt: number | undefined;
  private partial = '';
  private lastTimeMs = -Infinity;

  constructor(
    readonly source: LogSource,
    private readonly raw: boolean,
    private readonly readBytes: ReadBytes = readLog,
  ) {}

  /** The file has this size now. A smaller one than before has begun anew. */
  sizedAt(sizeBytes: number): void {
    if (sizeBytes >= this.offset) return;
    this.rotatedAt = this.offset;
    this.offset = 0;
  }

  /** Moves to the beginning of the last lines. */
  async seekToTail(lines: number): Promise<void> {
    let start = this.source.sizeBytes;
    // One newline more than lines, not counting the one that ends the file.
    for (let missing = lines + 1; start > 0 && missing > 0;) {
      const from = Math.max(0, start - CHUNK_BYTES);
      const chunk = await this.readBytes(this.source, from, start - from);
      const isEnd = start === this.source.sizeBytes;
      for (let at = chunk.length - (isEnd ? 2 : 1); at >= 0 && missing > 0; at--) {
        if (chunk[at] === NEWLINE && --missing === 1) {
          this.offset = from + at + 1;
          return;
        }
      }
      start = from;
    }
    this.offset = 0;
  }

  /**
   * The lines that are there now; a line without its end waits for the rest.
   * @param limitBytes where to stop at the latest, lest a program that writes faster than we read keep us forever
   */
  async *lines(limitBytes = Infinity): AsyncGenerator<LogLine & { timeMs: number }> {
    for (let at = this.rotatedAt; at !== undefined; at = this.rotatedAt) {
      const earlier = { ...this.source, file: `${this.source.file}.1` };
      const chunk = await this.readBytes(earlier, at, CHUNK_BYTES);
      this.rotatedAt = chunk.length === 0 ? undefined : at + chunk.length;
      yield* this.linesIn(chunk);
    }
    for (;;) {
      const wantedBytes = Math.min(CHUNK_BYTES, limitBytes - this.offset);
      if (wantedBytes <= 0) return;
      const chunk = await this.readBytes(this.source, this.offset, wantedBytes);
      if (chunk.length === 0) return;
      this.offset += chunk.length;
      yield* this.linesIn(chunk);
    }
  }

  private *linesIn(chunk: Buffer): Generator<LogLine & { timeMs: number }> {
    const texts = (this.partial + this.decoder.write(chunk)).split('\n');
    this.partial = texts.pop() ?? '';
    for (const text of texts) yield this.timed(text);
  }

  /** What stands behind the last line's end, when nothing more will come. */
  *rest(): Generator<LogLine & { timeMs: number }> {
    if (this.partial === '') return;
    yield this.timed(this.partial);
    this.partial = '';
  }

  /** A line that tells no time belongs to the one before it. */
  private timed(text: string): LogLine & { timeMs: number } {
    const line = readLogLine(text, this.raw);
    this.lastTimeMs = line.timeMs ?? this.lastTimeMs;
    return { text: line.text, timeMs: this.lastTimeMs };
  }
}
