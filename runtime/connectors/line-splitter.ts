/** Cuts a text that comes in pieces at its delimiter. A piece may end anywhere, within the delimiter too. */
export class LineSplitter {
  private text = '';
  private position = 0;
  /**
   * Whether a delimiter may lie beyond the position: without it, a line of many pieces is not searched again and
   * again.
   */
  private mayHaveLine = false;
  /** The last characters of the text, in which a delimiter may have begun. */
  private tail = '';

  /** @param delimiter '\n' also takes the '\r' before it away, as Flink does */
  constructor(private readonly delimiter: string) {}

  push(piece: string): void {
    const joined = this.tail + piece;
    this.mayHaveLine ||= joined.includes(this.delimiter);
    this.tail = this.delimiter.length === 1 ? '' : joined.slice(1 - this.delimiter.length);
    this.text = this.position === this.text.length ? piece : this.unread() + piece;
    this.position = 0;
  }

  /** The next whole line without its end; undefined when there is none yet. */
  next(): string | undefined {
    if (!this.mayHaveLine) return undefined;
    const end = this.text.indexOf(this.delimiter, this.position);
    if (end === -1) {
      this.mayHaveLine = false;
      return undefined;
    }
    const line = this.withoutReturn(this.text.slice(this.position, end));
    this.position = end + this.delimiter.length;
    return line;
  }

  /** What is left after the last delimiter, at the end of the text; undefined when that is nothing. */
  rest(): string | undefined {
    const line = this.withoutReturn(this.unread());
    const nothing = this.position === this.text.length;
    this.text = '';
    this.position = 0;
    this.tail = '';
    return nothing ? undefined : line;
  }

  private unread(): string {
    return this.position === 0 ? this.text : this.text.slice(this.position);
  }

  private withoutReturn(line: string): string {
    return this.delimiter === '\n' && line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
