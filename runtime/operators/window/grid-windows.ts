/** Windows on a grid with their default trigger: when they fire, what is late, and when they are forgotten. */
import { MAX_WATERMARK, MIN_WATERMARK, TimeWindow } from '../../functions/index.js';
import type { Scheduled } from '../../time/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { EmitResult } from './emit-results.js';
import type { WindowGrid } from './grid.js';
import type { LateRecords } from './late-records.js';
import { RestoredTime } from './restored-time.js';
import type { OpenSlice, GridStore } from './window-store.js';

export interface GridWindowsParts {
  readonly grid: WindowGrid;
  readonly store: GridStore;
  readonly latenessMs: number;
  readonly eventTime: boolean;
  readonly emit: EmitResult;
  /** The windows of a key are gone; undefined when nobody wants to know. */
  readonly clear: ((key: unknown, id: unknown, window: TimeWindow) => void) | undefined;
  /** A window is gone with all its keys. */
  readonly forget: (windowStart: number) => void;
  readonly late: LateRecords;
  readonly operator: OperatorContext;
}

/**
 * One moment per window says when it fires, for all keys at once. A record that comes when a window is complete already, but not
 * yet forgotten, fires it once more for its key.
 */
export class GridWindows {
  /** For windows of processing time. */
  readonly clockDriven: Scheduled;
  /** Event time: the last watermark. Processing time: when windows were last fired. */
  private nowMs = MIN_WATERMARK;
  /** Nothing happens before this. */
  private nextMs = Infinity;
  /** Windows whose last millisecond is up to here are forgotten. */
  private forgottenMs = MIN_WATERMARK;
  private loaded = false;
  /** Those that may close when time goes on. */
  private open: OpenSlice[] = [];
  private readonly restored: RestoredTime;

  constructor(private readonly parts: GridWindowsParts) {
    // Where windows overlap, their last millisecond must be over: records that come in it belong to the next ones as well.
    const lagMs = parts.grid.overlapping ? 1 : 0;
    const dueMs = (): number => this.dueMs + lagMs;
    this.clockDriven = {
      get nextMs() {
        return dueMs();
      },
      fire: (nowMs) => this.advance(nowMs - lagMs),
    };
    this.restored = new RestoredTime(parts.operator.states, () => this.nowMs, parts.operator.task);
  }

  /** The watermark that counts: what came before a restore counts as well. */
  get watermarkMs(): number {
    return this.parts.eventTime ? this.nowMs : this.parts.operator.eventTime.watermarkMs;
  }

  private get dueMs(): number {
    this.load();
    return this.nextMs;
  }

  /**
   * What takes a record of this time.
   * @returns undefined when the record is not simply added: it was late, or its window fires at once
   * @throws TASK_NO_TIMESTAMP
   */
  enter(timestampMs: number, key: unknown, id: unknown, record: unknown): OpenSlice | undefined {
    const { grid, store, latenessMs, late, eventTime, operator } = this.parts;
    this.load();
    if (!(timestampMs > MIN_WATERMARK && timestampMs < MAX_WATERMARK)) throw operator.badTimestamp(timestampMs, record);
    const newest = grid.newestStart(timestampMs);
    const endMs = newest + grid.sizeMs;
    const inGap = endMs <= timestampMs;
    if (eventTime && (inGap ? timestampMs : endMs - 1) + latenessMs <= this.nowMs) {
      late.take(record);
      return undefined;
    }
    if (inGap) return undefined;
    const slice = store.sliceAt(timestampMs);
    if (!eventTime || slice.quietUntilMs > this.nowMs) {
      this.plan(Math.max(slice.quietUntilMs, this.nowMs));
      if (!this.open.includes(slice)) this.open.push(slice);
      return slice;
    }
    store.add(slice.content, id, key, record);
    this.plan(slice.quietUntilMs);
    this.fireAgain(newest, timestampMs, id, key);
    return undefined;
  }

  /** Time has come this far: complete windows fire in the order of their ends, then old ones are forgotten. */
  advance(toMs: number): void {
    this.load();
    if (toMs === MIN_WATERMARK) {
      this.beginAnew();
      return;
    }
    const fromMs = this.nowMs;
    this.nowMs = Math.max(fromMs, toMs);
    if (toMs < this.nextMs) return;
    const { grid, store, eventTime } = this.parts;
    this.closeSlices(toMs);
    // A record may come in the last millisecond of a window of processing time that has fired: it fires anew.
    let start = store.nextStart(eventTime || grid.overlapping ? fromMs : MIN_WATERMARK);
    for (; start + grid.sizeMs - 1 <= toMs; start = store.nextStart(start + grid.sizeMs - 1)) this.fire(start);
    this.forgetThrough(toMs - this.parts.latenessMs);
    this.planNext();
  }

  /** Batch, for windows of processing time: the records of a key have ended, and so has time for it. */
  endKey(): void {
    this.advance(MAX_WATERMARK);
    this.advance(MIN_WATERMARK);
  }

  /** Batch: the next key's records come, from the beginning of time. Nothing is left of the last one's. */
  private beginAnew(): void {
    this.nowMs = MIN_WATERMARK;
    this.forgottenMs = MIN_WATERMARK;
    this.nextMs = Infinity;
  }

  private fire(start: number): void {
    const { grid, store, emit, operator } = this.parts;
    const window = new TimeWindow(start, start + grid.sizeMs);
    const { task } = operator;
    const before = task.timestampMs;
    task.timestampMs = window.end - 1;
    store.visit(start, (key, id, value) => emit(key, id, window, value));
    task.timestampMs = before;
  }

  /** A record came into windows that are complete: they fire for its key, the newest first. */
  private fireAgain(newest: number, timestampMs: number, id: unknown, key: unknown): void {
    const { grid, store, latenessMs, emit, operator } = this.parts;
    const { task } = operator;
    const before = task.timestampMs;
    for (let start = newest; start + grid.sizeMs > timestampMs; start -= grid.slideMs) {
      const lastMs = start + grid.sizeMs - 1;
      if (lastMs > this.nowMs || lastMs + latenessMs <= this.nowMs) continue;
      const window = new TimeWindow(start, lastMs + 1);
      task.timestampMs = lastMs;
      store.visitKey(start, id, key, (_key, _id, value) => emit(key, id, window, value));
    }
    task.timestampMs = before;
  }

  private forgetThrough(throughMs: number): void {
    const { grid, store, clear, forget } = this.parts;
    let start = store.nextStart(this.forgottenMs);
    for (; start + grid.sizeMs - 1 <= throughMs; start = store.nextStart(start + grid.sizeMs - 1)) {
      if (clear !== undefined) {
        const window = new TimeWindow(start, start + grid.sizeMs);
        store.visitKeys(start, (key, id) => clear(key, id, window));
      }
      forget(start);
    }
    store.drop(throughMs);
    this.forgottenMs = Math.max(this.forgottenMs, throughMs);
  }

  private closeSlices(toMs: number): void {
    this.open = this.open.filter((slice) => {
      if (slice.quietUntilMs > toMs) return true;
      slice.fromMs = NaN;
      return false;
    });
  }

  private plan(atMs: number): void {
    if (atMs < this.nextMs) this.nextMs = atMs;
  }

  private planNext(): void {
    const { store, grid, latenessMs } = this.parts;
    const fireMs = store.nextStart(this.nowMs) + grid.sizeMs - 1;
    const forgetMs = store.nextStart(this.forgottenMs) + grid.sizeMs - 1 + latenessMs;
    this.nextMs = Math.min(fireMs, forgetMs);
  }

  private load(): void {
    if (this.loaded) return;
    this.loaded = true;
    this.parts.store.load();
    this.nowMs = Math.max(this.nowMs, this.restored.timeMs);
    this.forgottenMs = this.nowMs - this.parts.latenessMs;
    this.planNext();
  }
}
