import type { FileWriter } from '../../../common/filesystems/index.js';

/** What makes a part visible: it is moved to its name. */
export interface PartFile {
  /** Where it was written; hidden. */
  readonly from: string;
  readonly to: string;
}

/** Characters that are gathered before they are written. */
const BUFFER_CHARS = 64 * 1024;

/** A part that is being written. */
export class OpenPart {
  private text = '';
  private chars = 0;

  constructor(
    readonly file: PartFile,
    readonly begunMs: number,
    private readonly writer: FileWriter,
  ) {}

  /** Nearly: what is not written yet counts by its characters. */
  get sizeBytes(): number {
    return this.writer.positionBytes + this.chars;
  }

  /** @returns a promise when it is time to write */
  append(text: string): Promise<void> | undefined {
    this.text += text;
    this.chars += text.length;
    return this.chars < BUFFER_CHARS ? undefined : this.drain();
  }

  /** Whole and safe on the disk. @throws FILE_FAILED */
  async finish(): Promise<PartFile> {
    await this.drain();
    await this.writer.sync();
    await this.writer.close();
    return this.file;
  }

  abort(): Promise<void> {
    return this.writer.abort();
  }

  private async drain(): Promise<void> {
    const bytes = Buffer.from(this.text, 'utf8');
    this.text = '';
    this.chars = 0;
    if (bytes.length > 0) await this.writer.write(bytes);
  }
}
