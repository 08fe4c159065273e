/**
 * Sources that follow a script, for jobs on a `MiniCluster`: what they emit, in which order over several inputs, where they
 * stop until the test says go on, and when each of them ends.
 */
import { WeftError } from '../common/errors/index.js';
import type { SourceContext, SourceFunction } from '../functions/index.js';

type Action<T> = { kind: 'element'; value: T; timestampMs: number | undefined } | { kind: 'pause' } | { kind: 'end' };

export interface ScriptStep<T> {
  readonly action: Action<T>;
  /** Counts the script's sources from 0. */
  readonly input: number;
}

/** Emits a record. @param timestampMs its event time; none if left out */
export function element<T>(value: T, timestampMs?: number): ScriptStep<T> {
  return { input: 0, action: { kind: 'element', value, timestampMs } };
}

/** Waits until the test calls `resume()`. */
export function pause(): ScriptStep<never> {
  return { input: 0, action: { kind: 'pause' } };
}

/** Ends a source while others of the script go on. All end with the script. */
export function end(): ScriptStep<never> {
  return { input: 0, action: { kind: 'end' } };
}

/** A step of another source than the first. */
export function onInput<T>(input: number, { action }: ScriptStep<T>): ScriptStep<T> {
  return { input, action };
}

/** The steps, and how far they were played. */
class Script<T> {
  private position = 0;
  /** Pauses that will not hold the script, because the test said so before it came to them. */
  private released = 0;
  private readonly playing = new Set<number>();
  private readonly waiting = new Set<() => void>();

  constructor(private readonly steps: readonly ScriptStep<T>[]) {}

  /** The step that is due; undefined at the script's end. */
  get current(): ScriptStep<T> | undefined {
    return this.steps[this.position];
  }

  /** Whether it stands at a pause, and a source is there that does. */
  get isPaused(): boolean {
    return this.playing.size > 0 && this.current?.action.kind === 'pause';
  }

  /** A source begins. One that has begun before was restarted: the script starts anew with it. */
  begin(input: number): void {
    if (this.playing.has(input)) {
      this.playing.clear();
      this.position = 0;
    }
    this.playing.add(input);
    this.passReleased();
  }

  next(): void {
    this.position++;
    this.passReleased();
  }

  resume(): void {
    this.released++;
    this.passReleased();
  }

  /** Resolves at the next change. */
  change(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  changed(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }

  private passReleased(): void {
    while (this.isPaused && this.released > 0) {
      this.released--;
      this.position++;
    }
    this.changed();
  }
}

/** A source of a script. Runs with parallelism 1. */
export class ScriptedSource<T> implements SourceFunction<T> {
  /** Made by `scriptedSource` and `scriptedSources`. */
  constructor(
    private readonly script: Script<T>,
    private readonly input: number,
  ) {}

  async run(context: SourceContext<T>): Promise<void> {
    const { script, input } = this;
    script.begin(input);
    while (!context.isCancelled && script.current !== undefined) {
      const { action, input: turn } = script.current;
      if (turn !== input || action.kind === 'pause') {
        await script.change();
        continue;
      }
      if (action.kind === 'element') await emit(context, action);
      if (!context.isCancelled) script.next();
      if (action.kind === 'end') return;
    }
  }

  cancel(): void {
    this.script.changed();
  }

  /** Goes on after the pause at which the script stands, or after the next one it comes to. */
  resume(): void {
    this.script.resume();
  }

  /** Resolves when the script stands at a pause: all that comes before it was taken by the job. */
  async untilPaused(): Promise<void> {
    while (!this.script.isPaused) await this.script.change();
  }
}

async function emit<T>(context: SourceContext<T>, action: Action<T> & { kind: 'element' }): Promise<void> {
  const { value, timestampMs } = action;
  await (timestampMs === undefined ? context.collect(value) : context.collectWithTimestamp(value, timestampMs));
}

/** A source that plays the steps and then ends. */
export function scriptedSource<T>(steps: readonly ScriptStep<T>[]): ScriptedSource<T> {
  return scriptedSources(1, steps)[0];
}

/**
 * Sources that play one script in its order: a step is only taken when the one before it was, whichever source it belongs to.
 * The order is that of emission: which of its inputs an operator reads next is the engine's choice.
 * @throws API_BAD_ARGUMENT for a step of an input that there is not
 */
export function scriptedSources<T>(inputs: number, steps: readonly ScriptStep<T>[]): ScriptedSource<T>[] {
  const wrong = steps.find(({ input }) => !(input >= 0 && input < inputs));
  if (wrong !== undefined) {
    throw new WeftError('API_BAD_ARGUMENT', `The script has ${inputs} inputs, but a step is for input ${wrong.input}.`);
  }
  const script = new Script(steps);
  return Array.from({ length: inputs }, (_, input) => new ScriptedSource(script, input));
}
