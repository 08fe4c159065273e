import type { TimeWindow } from './window.js';

/** Finds the windows that overlap or touch. @param onMerge called for each group of two or more */
export function mergeTimeWindows(
  windows: readonly TimeWindow[],
  onMerge: (toBeMerged: readonly TimeWindow[], result: TimeWindow) => void,
): void {
  let group: TimeWindow[] = [];
  let cover: TimeWindow | undefined;
  const close = (): void => {
    if (cover !== undefined && group.length > 1) onMerge(group, cover);
  };
  for (const window of windows.toSorted((a, b) => a.start - b.start)) {
    if (cover?.intersects(window) === true) {
      group.push(window);
      cover = cover.cover(window);
    } else {
      close();
      group = [window];
      cover = window;
    }
  }
  close();
}
