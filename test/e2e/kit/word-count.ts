/** The word count worked out without any engine, and the final counts in an output of the example job. */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function countWords(path: string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of readFileSync(path, 'utf8')
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** All lines of an output: a file, or the files of a folder. */
export function outputLines(output: string): string[] {
  const files = statSync(output).isDirectory() ? readdirSync(output).map((name) => join(output, name)) : [output];
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== ''),
  );
}

/** The last count of each word, which is its total. */
export function totals(output: string): Record<string, number> {
  return Object.fromEntries(
    outputLines(output)
      .map((line) => line.split('\t'))
      .map(([word, count]) => [word, Number(count)]),
  );
}
