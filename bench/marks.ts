/** Reads the marks that the sinks of bench/jobs/startup.ts and its twin leave: lines of a word and a time. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { poll } from './poll.js';

/** Epoch ms of the first such mark after `sinceMs`; waits for it. */
export function firstMark(prefix: string, word: 'open' | 'first', sinceMs: number): Promise<number> {
  return poll(`a mark "${word}"`, () => {
    const times: number[] = [];
    for (const file of readdirSync(dirname(prefix)).filter((name) => name.startsWith(`${basename(prefix)}.`))) {
      for (const line of readFileSync(join(dirname(prefix), file), 'utf8').split('\n')) {
        const [what, time] = line.split(' ');
        if (what === word && Number(time) >= sinceMs) times.push(Number(time));
      }
    }
    return times.length === 0 ? undefined : Math.min(...times);
  });
}
