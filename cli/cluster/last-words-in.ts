import { lastWords } from '../../runtime/common/log/last-words.js';

const LINE_LENGTH = 500;

/** What a role said at last, for a message. */
export function lastWordsIn(logFile: string): string {
  const words = lastWords([logFile]).map((line) => line.slice(0, LINE_LENGTH));
  return words.length === 0 ? '(nothing)' : words.join('\n');
}
