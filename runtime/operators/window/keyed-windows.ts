/**
 * Windows with a trigger or an evictor of their own, sessions, global windows, and windows of the program's assigners. All windows
 * of a key are one value of the key's state.
 */
import {
  MAX_WATERMARK,
  MIN_WATERMARK,
  TriggerResult,
  type MergingWindowAssigner,
  type Trigger,
  type Window,
  type WindowAssigner,
} from '../../functions/index.js';
import type { Bucket, KeyedStateBackend } from '../../state/index.js';
import { TimerService, type Timer, type TimerListener } from '../../time/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { EntryStates } from './entry-states.js';
import type { LateRecords } from './late-records.js';
import { mergeInto } from './merge-windows.js';
import { RestoredTime } from './restored-time.js';
import { remove, TriggerScope } from './trigger-scope.js';
import type { WindowOutputs } from './window-body.js';
import type { WindowContent } from './window-content.js';
import { isEmpty, nameOf, newEntry, spanOf, windowOf, type WindowEntry } from './window-entry.js';

export interface KeyedWindowsParts {
  readonly assigner: WindowAssigner<unknown, Window>;
  /** The assigner, if its windows merge. */
  readonly merging: MergingWindowAssigner<unknown, Window> | undefined;
  readonly trigger: Trigger<unknown, Window>;
  readonly latenessMs: number;
  readonly content: WindowContent;
  /** Where the states of functions are. */
  readonly states: EntryStates;
  /** The key's window is gone; undefined when nobody wants to know. */
  readonly clear: WindowOutputs['clear'];
  readonly late: LateRecords;
  readonly operator: OperatorContext;
  readonly backend: KeyedStateBackend;
}

export class KeyedWindows implements TimerListener {
  readonly timers: TimerService;
  private readonly bucket: Bucket<WindowEntry[]>;
  private readonly scope: TriggerScope;
  private readonly eventTime: boolean;
  private readonly restored: RestoredTime;
  private loaded = false;

  constructor(private readonly parts: KeyedWindowsParts) {
    const { backend, operator, assigner } = parts;
    this.timers = new TimerService(backend, operator.task.clock, this, 'window-timers', operator.perKey);
    this.bucket = backend.table<WindowEntry[]>('windows').void;
    this.scope = new TriggerScope(this.timers);
    this.eventTime = assigner.isEventTime();
    this.restored = new RestoredTime(operator.states, () => this.timers.currentWatermark, operator.task);
  }

  /** A record of the backend's current key. */
  add(record: unknown, timestampMs: number): void {
    const { assigner, merging, operator, late } = this.parts;
    this.load();
    if (this.eventTime && !(Math.abs(timestampMs) < MAX_WATERMARK)) throw operator.badTimestamp(timestampMs, record);
    const entries = this.entriesOfKey();
    let taken = false;
    for (const window of assigner.assignWindows(record, timestampMs, this.scope)) {
      const entry = merging === undefined ? this.entryOf(window, entries) : this.mergedEntry(merging, window, entries);
      if (entry === undefined) continue;
      taken = true;
      this.addTo(entry, record, timestampMs);
    }
    this.store(entries);
    const { latenessMs } = this.parts;
    if (!taken && this.eventTime && timestampMs + latenessMs <= this.timers.currentWatermark) late.take(record);
  }

  /** The watermark has come. */
  advance(watermarkMs: number): void {
    this.load();
    // In batch event time begins anew with each key.
    if (watermarkMs === MIN_WATERMARK) this.timers.currentWatermark = MIN_WATERMARK;
    else if (watermarkMs > this.timers.currentWatermark) this.timers.advanceWatermark(watermarkMs);
  }

  onEventTime({ timestampMs, namespace }: Timer): void {
    this.onTimer(namespace, (entry, window) => {
      remove(entry.eventTimers, timestampMs);
      const result = this.parts.trigger.onEventTime(timestampMs, window, this.scope.at(entry));
      return { result, over: this.eventTime && timestampMs === this.cleanupMs(entry) };
    });
  }

  onProcessingTime({ timestampMs, namespace }: Timer): void {
    this.onTimer(namespace, (entry, window) => {
      remove(entry.processingTimers, timestampMs);
      const result = this.parts.trigger.onProcessingTime(timestampMs, window, this.scope.at(entry));
      return { result, over: !this.eventTime && timestampMs === this.cleanupMs(entry) };
    });
  }

  private onTimer(
    namespace: unknown,
    ask: (entry: WindowEntry, window: Window) => { result: TriggerResult; over: boolean },
  ): void {
    const entries = this.entriesOfKey();
    const entry = entries.find((candidate) => nameOf(candidate) === namespace);
    if (entry === undefined) return;
    const { result, over } = this.guarded(() => ask(entry, windowOf(entry)));
    this.obey(result, entry);
    if (over) this.clearAll(entry, entries);
    this.store(entries);
  }

  private addTo(entry: WindowEntry, record: unknown, timestampMs: number): void {
    const { content, trigger } = this.parts;
    this.guarded(() => content.add(entry, record, timestampMs));
    const window = windowOf(entry);
    const result = this.guarded(() => trigger.onElement(record, timestampMs, window, this.scope.at(entry)));
    this.obey(result, entry);
    const cleanupMs = this.cleanupMs(entry);
    if (cleanupMs === MAX_WATERMARK) return;
    if (this.eventTime) this.scope.at(entry).registerEventTimeTimer(cleanupMs);
    else this.scope.at(entry).registerProcessingTimeTimer(cleanupMs);
  }

  private obey(result: TriggerResult, entry: WindowEntry): void {
    const fires = result === TriggerResult.FIRE || result === TriggerResult.FIRE_AND_PURGE;
    if (fires && entry.filled) this.emit(entry);
    if (result === TriggerResult.PURGE || result === TriggerResult.FIRE_AND_PURGE) {
      entry.filled = false;
      entry.contents = undefined;
    }
  }

  private emit(entry: WindowEntry): void {
    const { content, backend, states, operator } = this.parts;
    const { task } = operator;
    const before = task.timestampMs;
    states.entry = entry;
    task.timestampMs = windowOf(entry).maxTimestamp();
    this.guarded(() => content.emit(backend.currentKey, backend.currentId, entry));
    task.timestampMs = before;
  }

  /** Undefined when the window is over already. */
  private entryOf(window: Window, entries: WindowEntry[]): WindowEntry | undefined {
    const span = spanOf(window);
    if (this.isOver(window)) return undefined;
    let entry = entries.find(({ start, end }) => start === span.start && end === span.end);
    if (entry === undefined) {
      entry = newEntry(span);
      entries.push(entry);
    }
    return entry;
  }

  private mergedEntry(
    merging: MergingWindowAssigner<unknown, Window>,
    window: Window,
    entries: WindowEntry[],
  ): WindowEntry | undefined {
    const { trigger, content, operator } = this.parts;
    const merge = mergeInto(merging, window, entries);
    if (merge.replaced.length > 0 && this.isOver(windowOf(merge.entry))) {
      throw operator.mergedWindowIsOver(nameOf(merge.entry));
    }
    if (merge.replaced.length === 0 && this.isOver(windowOf(merge.entry))) return undefined;
    if (!merge.isNew) return merge.entry;
    if (merge.replaced.length > 0) {
      this.guarded(() => {
        this.scope.merged = merge.replaced;
        trigger.onMerge?.(windowOf(merge.entry), this.scope.at(merge.entry));
        this.scope.merged = [];
        for (const replaced of merge.replaced) {
          trigger.clear(windowOf(replaced), this.scope.at(replaced));
          this.deleteTimers(replaced);
        }
        content.merge(merge.entry, merge.replaced);
      });
    }
    for (const replaced of merge.replaced) entries.splice(entries.indexOf(replaced), 1);
    entries.push(merge.entry);
    return merge.entry;
  }

  /** The window's time is up: everything of it goes. */
  private clearAll(entry: WindowEntry, entries: WindowEntry[]): void {
    const { trigger, clear, backend, states } = this.parts;
    this.guarded(() => trigger.clear(windowOf(entry), this.scope.at(entry)));
    states.entry = entry;
    clear?.(backend.currentKey, backend.currentId, windowOf(entry));
    this.deleteTimers(entry);
    entries.splice(entries.indexOf(entry), 1);
  }

  private deleteTimers(entry: WindowEntry): void {
    const scope = this.scope.at(entry);
    for (const timeMs of [...entry.eventTimers]) scope.deleteEventTimeTimer(timeMs);
    for (const timeMs of [...entry.processingTimers]) scope.deleteProcessingTimeTimer(timeMs);
  }

  private isOver(window: Window): boolean {
    return this.eventTime && this.cleanupMs(spanOf(window)) <= this.timers.currentWatermark;
  }

  /** When the window is forgotten; MAX_WATERMARK = never. */
  private cleanupMs(span: { start: number; end: number }): number {
    const lastMs = windowOf(span).maxTimestamp();
    return this.eventTime ? Math.min(MAX_WATERMARK, lastMs + this.parts.latenessMs) : lastMs;
  }

  /** The windows of the current key, which may be changed. */
  private entriesOfKey(): WindowEntry[] {
    return this.bucket.get(this.parts.backend.currentId) ?? [];
  }

  private store(entries: WindowEntry[]): void {
    const { currentId, currentKey } = this.parts.backend;
    for (let i = entries.length - 1; i >= 0; i--) if (isEmpty(entries[i])) entries.splice(i, 1);
    if (entries.length === 0) this.bucket.delete(currentId);
    else this.bucket.set(currentId, currentKey, entries);
  }

  private guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.parts.operator.failed(error);
    }
  }

  private load(): void {
    if (this.loaded) return;
    this.loaded = true;
    this.timers.currentWatermark = Math.max(this.timers.currentWatermark, this.restored.timeMs);
  }
}
