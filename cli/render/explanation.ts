import type { Explanation } from '../client/application-report.js';

/** The verdict, then a line per gate: what it looked at, and for a closed one what would open it. */
export function renderExplanation({ id, state, queue, verdict, gates }: Explanation): string {
  const lines = [`${id} (${state}, queue ${queue})`, verdict];
  if (gates.length > 0) lines.push('');
  for (const { gate, passed, message, remedy } of gates) {
    lines.push(`  ${passed ? '✔' : '✘'} ${gate.padEnd(24)} ${message}`);
    if (remedy !== undefined) lines.push(`    ${' '.repeat(24)} → ${remedy}`);
  }
  return lines.join('\n');
}
