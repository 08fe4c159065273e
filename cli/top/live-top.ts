/** `weft top` on a terminal: looks again and again, and does what keys say, until one says that it is enough. */
import type { Clock } from '../../runtime/common/clock.js';
import { renderTop, type TopSize } from '../render/top.js';
import { neighbour, type TopOrder } from './columns.js';
import { INTERRUPT, type Screen, type ScreenListener } from './screen.js';
import type { TopSnapshot } from './snapshot.js';

export interface LiveTopOptions {
  look: () => Promise<TopSnapshot>;
  open: (listener: ScreenListener) => Screen;
  clock: Clock;
  delayMs: number;
  order: TopOrder;
  /** What was asked for; the screen's size sets the rest. */
  size: TopSize;
}

const KEYS = 'q quits, < and > choose the column to sort by, R reverses, blank looks again';
/** The keys' line and the blank one above it. */
const FOOTER_ROWS = 2;

export class LiveTop {
  private snapshot: TopSnapshot | undefined;
  private order: TopOrder;
  private stopWaiting: () => void = () => undefined;
  private isLooking = false;
  private screen: Screen | undefined;
  private end: () => void = () => undefined;
  private fail: (failure: unknown) => void = () => undefined;

  constructor(private readonly options: LiveTopOptions) {
    this.order = options.order;
  }

  /**
   * Until a key or a signal ends it.
   * @returns what was seen last, empty if nothing was
   * @throws what looking throws; the terminal is given back before
   */
  async run(): Promise<string> {
    const ended = new Promise<void>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
    const screen = this.options.open({
      onKey: (key) => {
        this.onKey(key);
      },
      onResize: () => {
        this.draw();
      },
    });
    this.screen = screen;
    try {
      this.lookAgain();
      await ended;
      return this.snapshot === undefined ? '' : renderTop(this.snapshot, this.order, this.sizeOn(screen));
    } finally {
      this.screen = undefined;
      this.stopWaiting();
      screen.close();
    }
  }

  private lookAgain(): void {
    if (this.isLooking) return;
    this.isLooking = true;
    this.stopWaiting();
    this.options.look().then((snapshot) => {
      this.isLooking = false;
      // It may have ended meanwhile.
      if (this.screen === undefined) return;
      this.snapshot = snapshot;
      this.draw();
      this.stopWaiting = this.options.clock.after(this.options.delayMs, () => {
        this.lookAgain();
      });
    }, this.fail);
  }

  private onKey(key: string): void {
    switch (key) {
      case 'q':
      case INTERRUPT:
        this.end();
        return;
      case '<':
        this.order = neighbour(this.order, -1);
        break;
      case '>':
        this.order = neighbour(this.order, 1);
        break;
      case 'R':
        this.order = { ...this.order, isReversed: !this.order.isReversed };
        break;
      case ' ':
        this.lookAgain();
        return;
      default:
        return;
    }
    this.draw();
  }

  private draw(): void {
    const { snapshot, screen } = this;
    if (snapshot === undefined || screen === undefined) return;
    const size = this.sizeOn(screen);
    screen.show(`${renderTop(snapshot, this.order, size)}\n\n${KEYS.slice(0, size.columns)}`);
  }

  private sizeOn(screen: Screen): { rows: number; columns: number } {
    const { rows, columns } = screen.size();
    const { size } = this.options;
    return {
      rows: Math.min(size.rows ?? rows, rows - FOOTER_ROWS),
      columns: Math.min(size.columns ?? columns, columns),
    };
  }
}
