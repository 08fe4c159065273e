import { GlobalWindow, WindowAssigner, type Trigger } from '../../functions/index.js';
import { NeverTrigger } from './triggers/never-trigger.js';

/** All records of a key in one window, which gives a result only when a trigger says so. */
export class GlobalWindows extends WindowAssigner<unknown, GlobalWindow> {
  private constructor() {
    super();
  }

  static create(): GlobalWindows {
    return new GlobalWindows();
  }

  override assignWindows(): readonly GlobalWindow[] {
    return [GlobalWindow.get()];
  }

  override getDefaultTrigger(): Trigger<unknown, GlobalWindow> {
    return NeverTrigger.create();
  }

  override isEventTime(): boolean {
    return false;
  }

  override toString(): string {
    return 'GlobalWindows()';
  }
}
