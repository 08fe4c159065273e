/** What the soak watches: series of readings in time, and whether they stayed flat. Pure. */

/** What may be added to a series by chance, beside the share that all may grow by. */
export type Unit = 'MB' | 'handles' | 'threads' | 'files' | 'processes' | 'ms';

/** In the unit of the series. Files are a saw: what is kept for a while is swept once a minute. */
const SLACK: Readonly<Record<Unit, number>> = { MB: 16, handles: 6, threads: 3, files: 80, processes: 0.5, ms: 10 };
/** The share that a series may grow by from its second to its last third; how long things take depends on the machine's other work. */
const GROWTH: Readonly<Partial<Record<Unit, number>>> = { ms: 0.5 };
const USUAL_GROWTH = 0.1;
/** Fewer readings say nothing. */
const FEWEST = 9;

export interface Series {
  name: string;
  unit: Unit;
  /** Seconds since the beginning, ascending. */
  timesS: number[];
  values: number[];
}

export interface Verdict {
  name: string;
  unit: Unit;
  /** Medians of the second and of the last third; the first third is warm-up. */
  before: number;
  after: number;
  /** Undefined: there were too few readings. */
  flat: boolean | undefined;
}

export class SeriesSet {
  private readonly byName = new Map<string, Series>();

  add(name: string, unit: Unit, timeS: number, value: number): void {
    let series = this.byName.get(name);
    if (series === undefined) {
      series = { name, unit, timesS: [], values: [] };
      this.byName.set(name, series);
    }
    series.timesS.push(timeS);
    series.values.push(value);
  }

  all(): Series[] {
    return [...this.byName.values()];
  }
}

/** Whether the last third of the time is about as high as the second: medians, so that single peaks do not count. */
export function judge({ name, unit, timesS, values }: Series): Verdict {
  const endS = timesS.at(-1) ?? 0;
  const within = (from: number, to: number): number[] =>
    values.filter((_, at) => (timesS[at] ?? 0) >= endS * from && (timesS[at] ?? 0) <= endS * to);
  const before = median(within(1 / 3, 2 / 3));
  const after = median(within(2 / 3, 1));
  const flat =
    values.length < FEWEST ? undefined : after <= before * (1 + (GROWTH[unit] ?? USUAL_GROWTH)) + SLACK[unit];
  return { name, unit, before, after, flat };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
