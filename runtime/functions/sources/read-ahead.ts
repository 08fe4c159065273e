/** Records that an asynchronous iterator has given before they were taken, each with the position in front of it. */

/** Records that may wait, so that a turn of the subtask finds more than one. */
const MAX_AHEAD = 64;

interface Arrived<T, S> {
  readonly step: IteratorResult<T>;
  readonly before: S;
}

export class ReadAhead<T, S> {
  private readonly iterator: AsyncIterator<T>;
  private arrived: Arrived<T, S>[] = [];
  /** The split before the record that is asked for now. */
  private asked: S | undefined;
  private failure: { error: unknown } | undefined;
  private over = false;

  /** @param onArrival there is something, or the iterator failed */
  constructor(
    readonly split: S,
    records: AsyncIterable<T>,
    private readonly onArrival: () => void,
  ) {
    this.iterator = records[Symbol.asyncIterator]();
    this.ask();
  }

  get isReady(): boolean {
    return this.arrived.length > 0 || this.failure !== undefined;
  }

  /** @throws what the iterator threw, when all before it was taken */
  next(): IteratorResult<T> | undefined {
    const first = this.arrived.shift();
    if (first === undefined && this.failure !== undefined) throw this.failure.error;
    this.ask();
    return first?.step;
  }

  position(): S {
    return this.arrived[0]?.before ?? this.asked ?? this.split;
  }

  close(): void {
    this.over = true;
    this.arrived = [];
    // One that stands at an await comes to its end later, or never.
    void this.iterator.return?.().catch(() => undefined);
  }

  private ask(): void {
    if (this.over || this.asked !== undefined || this.arrived.length >= MAX_AHEAD) return;
    const before = structuredClone(this.split);
    this.asked = before;
    this.iterator.next().then(
      (step) => {
        this.asked = undefined;
        if (step.done === true) this.over = true;
        this.arrived.push({ step, before });
        this.onArrival();
        this.ask();
      },
      (error: unknown) => {
        this.over = true;
        this.failure = { error };
        this.onArrival();
      },
    );
  }
}
