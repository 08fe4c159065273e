import type { Explanation } from '../client/application-report.js';

/** The verdict, then a line per gate: what it looked at, and for a closed one what would open it. */
export function renderExplanation({ id, state, queue, verdict, gates }: Explanation): string {
  const lines = [`${id} (${state}, queue ${queue})`, verdict];
  if (gates.length > 0) lines.push('');
  const width = Math.max(0, ...gates.map(({ gate }) => gate.length));
  for (const { gate, passed, message, remedy } of gates) {
    lines.push(`  ${passed ? '✔' : '✘'} ${gate.padEnd(width)} ${message}`);
    if (remedy !== undefined) lines.push(`    ${' '.repeat(width)} → ${remedy}`);
  }
  return lines.join('\n');
}
