/** Figures for people. */

export function count(value: number | undefined): string {
  return value === undefined ? '–' : value.toLocaleString('en-US');
}

export function megabytes(value: number): string {
  return value >= 1024 ? `${(value / 1024).toFixed(1)} GB` : `${Math.round(value)} MB`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  let amount = value / 1024;
  for (const unit of ['kB', 'MB', 'GB']) {
    // What would be rounded to 1024.0 is one of the next unit.
    if (amount < 1023.95) return `${amount.toFixed(1)} ${unit}`;
    amount /= 1024;
  }
  return `${amount.toFixed(1)} TB`;
}

export function duration(durationMs: number): string {
  if (durationMs < 0) return '–';
  const seconds = Math.floor(durationMs / 1000);
  if (seconds < 1) return `${Math.round(durationMs)} ms`;
  if (seconds < 60) return `${(durationMs / 1000).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function time(epochMs: number | undefined): string {
  return epochMs === undefined || epochMs <= 0 ? '–' : new Date(epochMs).toLocaleString('sv-SE');
}

export function day(epochMs: number): string {
  return time(epochMs).slice(0, 10);
}

export function timeOfDay(epochMs: number): string {
  return time(epochMs).slice(11);
}

export function clock(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 23);
}
