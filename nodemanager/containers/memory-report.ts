/** The memory of a container in the words that people read. Pure. */
import type { MemoryReport } from '../../runtime/common/wire/protocols/exit-reason.js';

/** Points of the curve that a message shows. */
const SHOWN = 12;

/** `The processes of the container use 412 MB … and were given 256 MB. MB over the last 8 s: 60 80 …`. */
export function describeMemory({ limitMb, usedMb, curve, plan }: MemoryReport): string {
  const step = Math.max(1, Math.ceil(curve.length / SHOWN));
  const shown = curve.filter((_, index) => (curve.length - 1 - index) % step === 0).map(({ mb }) => mb);
  const seconds = curve[0]?.secondsAgo ?? 0;
  const parts = Object.entries(plan ?? {}).map(([name, mb]) => `${name} ${mb}`);
  return [
    `The processes of the container use ${usedMb} MB of resident memory and were given ${limitMb} MB.`,
    ...(shown.length === 0 ? [] : [`MB over the last ${seconds} s: ${shown.join(' ')}.`]),
    ...(parts.length === 0 ? [] : [`The program planned for (MB): ${parts.join(', ')}.`]),
  ].join(' ');
}
