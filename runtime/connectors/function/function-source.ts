/** A source of the program: an async `run` that emits to its context, or a generator that yields records. */
import type { Clock } from '../../common/clock.js';
import { instantiate } from '../../common/code-template.js';
import type { SourceFunction } from '../../functions/index.js';
import { emitPulled, NOTHING } from '../pull-loop.js';
import type { ConnectorStates } from '../connector-states.js';
import type { BatchResult, SourceOutlet, SourceReader } from '../source-reader.js';
import { Emission } from './emission.js';

/** How long `run` may take to return after a cancel before the thread goes on without it. */
const RETURN_AFTER_CANCEL_MS = 1000;

export class FunctionSource implements SourceReader {
  private readonly emission: Emission;
  /** What a turn does; chosen when `run` has shown what it is. */
  private turn: ((max: number) => BatchResult) | undefined;
  private iterator: Iterator<unknown> | undefined;
  /** Settles when an asynchronous `run` has. */
  private running: Promise<void> = Promise.resolve();
  private returned = false;
  /** Records under way from the source to the chain. */
  private readonly untaken: { items: unknown[] };

  constructor(
    private readonly fn: SourceFunction<unknown>,
    private readonly outlet: SourceOutlet,
    private readonly clock: Clock,
    retain: (record: unknown) => unknown,
    states: ConnectorStates,
  ) {
    this.emission = new Emission(outlet, retain, clock);
    this.untaken = states.list('untaken', 'SPLIT');
    states.takePart({
      snapshotState: () => {
        this.untaken.items = this.emission.untaken();
      },
    });
  }

  open(): Promise<void> {
    this.emission.restore(this.untaken.items as [unknown, number][]);
    return Promise.resolve();
  }

  /**
   * @throws what `run` throws at once, and what a generator throws; what an async `run` rejects with goes to the
   * outlet
   */
  nextBatch(max: number): BatchResult {
    if (this.turn === undefined && this.emission.hasWaiting) this.emission.turn(max);
    if (this.turn === undefined && this.emission.hasWaiting) return 'more';
    this.turn ??= this.start();
    return this.turn(max);
  }

  cancel(): void {
    this.emission.cancel();
    this.fn.cancel?.();
    this.iterator?.return?.();
  }

  async close(): Promise<void> {
    if (this.returned || this.turn === undefined) return;
    this.emission.cancel();
    await Promise.race([
      this.running,
      new Promise<void>((resolve) => void this.clock.after(RETURN_AFTER_CANCEL_MS, resolve)),
    ]);
  }

  private start(): (max: number) => BatchResult {
    const result: unknown = this.fn.run(this.emission);
    const kind = result as Partial<AsyncIterable<unknown> & Iterable<unknown> & PromiseLike<unknown>> | undefined;
    if (typeof kind?.[Symbol.iterator] === 'function') return this.pulling(result as Iterable<unknown>);
    const running =
      typeof kind?.[Symbol.asyncIterator] === 'function'
        ? this.drain(result as AsyncIterable<unknown>)
        : Promise.resolve(result);
    this.running = running.then(
      () => this.settled(),
      (error: unknown) => {
        this.settled();
        this.outlet.fail(error);
      },
    );
    return (max) => this.asynchronousTurn(max);
  }

  private settled(): void {
    this.returned = true;
    this.outlet.wake();
  }

  private pulling(iterable: Iterable<unknown>): (max: number) => BatchResult {
    const iterator = iterable[Symbol.iterator]();
    this.iterator = iterator;
    this.returned = true;
    const pull = (): unknown => {
      const step = iterator.next();
      return step.done === true ? NOTHING : step.value;
    };
    const { emit, emitted, room } = this.outlet;
    return instantiate(emitPulled)(pull, NOTHING, () => 'end', emit, emitted, room);
  }

  private async drain(records: AsyncIterable<unknown>): Promise<void> {
    for await (const record of records) {
      await this.emission.collect(record);
      if (this.emission.isCancelled) return;
    }
  }

  private asynchronousTurn(max: number): BatchResult {
    this.emission.turn(max);
    if (this.emission.hasWaiting || this.emission.blocked) return 'more';
    return this.returned ? 'end' : 'wait';
  }
}
