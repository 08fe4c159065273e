/**
 * Makes a reader wait that is ahead of the sources it is aligned with: as a whole when all that it reads is ahead, else the splits
 * that are. It tells the JobManager how far it has come and hears from there how far it may go.
 */
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import { MAX_WATERMARK, type SourceReader, type SourceSplit } from '../../functions/index.js';
import type { AlignedTime } from '../source-reader.js';

export interface ReaderAlignmentOptions {
  readonly time: AlignedTime;
  readonly clock: Clock;
  readonly reader: SourceReader<unknown, SourceSplit>;
  /** Whether it may do without pausing splits if the reader cannot. */
  readonly allowUnalignedSplits: boolean;
  readonly report: (watermarkMs: number) => void;
  /** The reader waits no longer. */
  readonly resume: () => void;
}

export class ReaderAlignment {
  private maxWatermarkMs = MAX_WATERMARK;
  private readonly paused = new Set<string>();
  private stopReporting: () => void = () => undefined;

  constructor(private readonly options: ReaderAlignmentOptions) {}

  start(): void {
    const { time, clock, report } = this.options;
    this.stopReporting = clock.every(time.updateIntervalMs, () => {
      const { watermarkMs, idle } = time.reached;
      report(idle ? MAX_WATERMARK : watermarkMs);
    });
    time.follow(() => this.alignSplits());
  }

  /** Whether nothing may be read now. */
  get waits(): boolean {
    return this.options.time.reached.watermarkMs > this.maxWatermarkMs;
  }

  /** @throws SOURCE_CANNOT_PAUSE_SPLITS */
  allow(maxWatermarkMs: number): void {
    this.maxWatermarkMs = maxWatermarkMs;
    this.alignSplits();
    if (!this.waits) this.options.resume();
  }

  /** The reader has no more. */
  ended(): void {
    this.stopReporting();
    this.options.report(MAX_WATERMARK);
  }

  stop(): void {
    this.stopReporting();
  }

  private alignSplits(): void {
    const { reader, allowUnalignedSplits } = this.options;
    const splits = [...this.options.time.splitWatermarks()];
    const names = new Set(splits.map(([name]) => name));
    for (const name of this.paused) if (!names.has(name)) this.paused.delete(name);
    // One split is as far as its reader.
    const ahead = new Set(
      splits.length < 2 ? [] : splits.filter(([, ms]) => ms > this.maxWatermarkMs).map(([name]) => name),
    );
    const pause = [...ahead].filter((name) => !this.paused.has(name));
    const resume = [...this.paused].filter((name) => !ahead.has(name));
    if (pause.length + resume.length === 0) return;
    for (const name of pause) this.paused.add(name);
    for (const name of resume) this.paused.delete(name);
    if (reader.pauseOrResumeSplits !== undefined) reader.pauseOrResumeSplits(pause, resume);
    else if (!allowUnalignedSplits) throw cannotPause(pause);
  }
}

function cannotPause(splits: readonly string[]): WeftError {
  return new WeftError(
    'SOURCE_CANNOT_PAUSE_SPLITS',
    `The reader cannot pause single splits, and ${splits.join(', ')} is ahead of what its watermark alignment allows.`,
  );
}
