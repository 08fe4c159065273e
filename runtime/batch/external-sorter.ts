import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE_BYTES, type MemoryShare } from '../memory/index.js';
import type { WeftError } from '../common/errors/index.js';
import { ENTRY_HEADER, type EntryView } from './entry.js';
import { EntryIndex, type Page } from './entry-index.js';
import { MergedRuns } from './merged-runs.js';
import { guarded, RunReader, RunWriter } from './run-file.js';

/** Most runs that are merged at once: each has a buffer and an open file. */
const MAX_FAN_IN = 64;
/** Pages without which nothing can be sorted: for entries, for their index, for writing, and for merging two runs. */
const LEAST_PAGES = 6;

/** Entries in order. */
export interface SortedEntries {
  /** @returns whether there is another entry */
  advance(): boolean;
  /** The entry at hand; valid until the next `advance`. */
  readonly entry: EntryView;
  /** Gives memory back and removes files. */
  close(): void;
}

export interface ExternalSorterOptions {
  /** Its budget is all that the sorter uses. */
  share: MemoryShare;
  /** For runs; made when the first is written, removed by `close`. */
  folder: string;
  /** Makes the error for an entry that needs more memory than there is. */
  tooLittle: (neededBytes: number) => WeftError;
}

/**
 * Sorts entries by their key bytes; equal keys keep the order in which they came. An entry is written in place: `begin`
 * makes room, the caller writes the key and then the payload at `pos` and calls `commit`. After the last one `finish`.
 */
export class ExternalSorter {
  static readonly LEAST_BYTES = LEAST_PAGES * PAGE_BYTES;

  /** Of the page at hand. */
  u8: Uint8Array = new Uint8Array(0);
  dv: DataView = new DataView(this.u8.buffer);
  /** Where the next entry begins in the page. */
  private at = 0;
  private readonly pages: Page[] = [];
  private readonly index: EntryIndex;
  private readonly runs: string[] = [];
  private runCount = 0;
  /** Of the biggest entry so far, in whole pages: what reading a run needs. */
  private readBytes = PAGE_BYTES;
  private reading: { close(): void } | undefined;

  constructor(private readonly options: ExternalSorterOptions) {
    this.index = new EntryIndex(options.share, this.pages);
  }

  /** How many runs were written because memory was used up, those of merging included. */
  get spilledRuns(): number {
    return this.runCount;
  }

  /**
   * Makes room for an entry.
   * @param bytes most that its key and payload need together
   * @returns where the key begins in `u8`
   * @throws TASK_MANAGED_MEMORY, TASK_SPILL_FAILED
   */
  begin(bytes: number): number {
    const needed = ENTRY_HEADER + bytes;
    if (this.at + needed > this.u8.length || !this.index.makeRoom()) this.makeRoom(needed);
    return this.at + ENTRY_HEADER;
  }

  /** @param keyEnd where the key ends and the payload begins */
  commit(keyEnd: number, end: number): void {
    const key = this.at + ENTRY_HEADER;
    this.dv.setUint32(this.at, keyEnd - key, true);
    this.dv.setUint32(this.at + 4, end - keyEnd, true);
    this.index.add(this.pages.length - 1, this.at);
    this.at = end;
  }

  /** All entries are in. */
  finish(): SortedEntries {
    if (this.runs.length === 0) {
      this.index.sort();
      return this.inMemory();
    }
    this.spill();
    while (this.runs.length > this.fanIn) this.mergeOldest();
    const merged = this.openRuns(this.runs.splice(0));
    this.reading = merged;
    return {
      advance: () => merged.advance(),
      close: () => this.close(),
      get entry() {
        return merged.entry;
      },
    };
  }

  /** Gives memory back and removes files, whatever it is at. */
  close(): void {
    this.reading?.close();
    this.reading = undefined;
    this.dropPages();
    rmSync(this.options.folder, { recursive: true, force: true });
  }

  private makeRoom(needed: number): void {
    const size = Math.ceil(needed / PAGE_BYTES) * PAGE_BYTES;
    const leastBytes = 2 * size + PAGE_BYTES;
    // Two runs must be merged, and written meanwhile, should it come to that.
    if (leastBytes > this.options.share.budgetBytes) throw this.options.tooLittle(leastBytes);
    this.readBytes = Math.max(this.readBytes, size);
    if (this.addPage(needed)) return;
    if (this.index.count > 0) this.spill();
    if (!this.addPage(needed)) throw this.options.tooLittle(leastBytes);
  }

  /** One page stays free for writing a run. */
  private addPage(needed: number): boolean {
    const { share } = this.options;
    const size = Math.ceil(needed / PAGE_BYTES) * PAGE_BYTES;
    if (!this.index.makeRoom() || share.usedBytes + size + PAGE_BYTES > share.budgetBytes) return false;
    const u8 = share.takePage(needed);
    if (u8 === undefined) return false;
    this.u8 = u8;
    this.dv = new DataView(u8.buffer);
    this.pages.push({ u8, dv: this.dv });
    this.at = 0;
    return true;
  }

  private spill(): void {
    this.index.sort();
    const entries = this.inMemory();
    this.writeRun(entries);
    this.dropPages();
  }

  private inMemory(): SortedEntries {
    const { index, pages } = this;
    const view: EntryView = { u8: this.u8, dv: this.dv, at: 0 };
    let next = 0;
    return {
      entry: view,
      advance() {
        if (next === index.count) return false;
        const page = pages[index.pageOf(next)];
        view.u8 = page.u8;
        view.dv = page.dv;
        view.at = index.offsetOf(next++);
        return true;
      },
      close: () => this.close(),
    };
  }

  private writeRun(entries: Pick<SortedEntries, 'advance' | 'entry'>): void {
    const { share, folder, tooLittle } = this.options;
    const buffer = share.takePage();
    if (buffer === undefined) throw tooLittle(ExternalSorter.LEAST_BYTES);
    guarded(folder, () => mkdirSync(folder, { recursive: true }));
    const run = new RunWriter(join(folder, `run-${this.runCount++}`), buffer);
    try {
      while (entries.advance()) {
        const { u8, dv, at } = entries.entry;
        run.add(u8, at, at + ENTRY_HEADER + dv.getUint32(at, true) + dv.getUint32(at + 4, true));
      }
      run.close();
    } catch (error) {
      run.abandon();
      throw error;
    }
    share.givePage(buffer);
    share.spilledBytes += run.bytes;
    this.runs.push(run.path);
  }

  /** Runs that can be merged at once, with a page for writing beside them. */
  private get fanIn(): number {
    return Math.min(MAX_FAN_IN, Math.floor((this.options.share.budgetBytes - PAGE_BYTES) / this.readBytes));
  }

  /** Makes one run of the oldest ones, which keeps the order of equal keys only if the new one takes their place. */
  private mergeOldest(): void {
    const oldest = this.runs.splice(0, Math.min(this.fanIn, this.runs.length - this.fanIn + 1));
    const later = this.runs.splice(0);
    const merged = this.openRuns(oldest);
    this.reading = merged;
    this.writeRun(merged);
    this.reading = undefined;
    merged.close();
    this.runs.push(...later);
  }

  private openRuns(paths: readonly string[]): { advance(): boolean; readonly entry: EntryView; close(): void } {
    const { share, tooLittle } = this.options;
    const buffers = paths.map(() => {
      const buffer = share.takePage(this.readBytes);
      if (buffer === undefined) throw tooLittle(share.usedBytes + this.readBytes);
      return buffer;
    });
    const merged = new MergedRuns(paths.map((path, n) => new RunReader(path, buffers[n])));
    return {
      advance: () => merged.advance(),
      get entry() {
        return merged.entry;
      },
      close: () => {
        merged.close();
        for (const buffer of buffers.splice(0)) share.givePage(buffer);
      },
    };
  }

  private dropPages(): void {
    for (const { u8 } of this.pages.splice(0)) this.options.share.givePage(u8);
    this.index.clear();
    this.u8 = new Uint8Array(0);
    this.dv = new DataView(this.u8.buffer);
    this.at = 0;
  }
}
