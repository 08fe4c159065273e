/** One measured figure: plain, and where the peer ran too, as a ratio above 1 when Weft is better. */

export interface Figure {
  name: string;
  value: number;
  unit: string;
  peer: number | null;
  ratio: number | null;
}

/** @param lowerIsBetter times and memory: the ratio is peer / value; throughput: value / peer */
export function figure(
  name: string,
  value: number,
  unit: string,
  peer: number | undefined,
  lowerIsBetter: boolean,
): Figure {
  const ratio = peer === undefined ? null : round(lowerIsBetter ? peer / value : value / peer);
  return { name, value: round(value), unit, peer: peer === undefined ? null : round(peer), ratio };
}

/** A figure that is only told, for instance because the peer's is fixed by its settings. */
export function plainFigure(name: string, value: number, unit: string, peer?: number): Figure {
  return { name, value: round(value), unit, peer: peer === undefined ? null : round(peer), ratio: null };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function printFigure(result: Figure, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(result));
    return;
  }
  const ratio = result.ratio === null ? '' : `, ratio ${result.ratio}`;
  const peer = result.peer === null ? '' : `   peer ${result.peer} ${result.unit}${ratio}`;
  console.log(`${result.name.padEnd(18)} ${String(result.value).padStart(9)} ${result.unit}${peer}`);
}

function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
