/** What happened, as lines for people and as one number for machines: two runs of a seed have the same. */
export class Trace {
  private readonly last: string[] = [];
  private state = 0x811c_9dc5;
  lines = 0;

  /** @param keep how many of the last lines are kept */
  constructor(
    private readonly keep: number,
    private readonly print?: (line: string) => void,
  ) {}

  add(line: string): void {
    this.lines++;
    this.mix(line);
    if (this.print !== undefined) this.print(line);
    if (this.keep === 0) return;
    this.last.push(line);
    if (this.last.length > 2 * this.keep) this.last.splice(0, this.keep);
  }

  get tail(): readonly string[] {
    return this.last.slice(-this.keep);
  }

  get hash(): string {
    return (this.state >>> 0).toString(16).padStart(8, '0');
  }

  /** FNV-1a. */
  private mix(line: string): void {
    let state = this.state;
    for (let at = 0; at < line.length; at++) state = Math.imul(state ^ line.charCodeAt(at), 0x0100_0193);
    this.state = state;
  }
}
