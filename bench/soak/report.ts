/** The report of a soak: one page that needs nothing else, a curve for each series, those that grew first. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import type { Series, Verdict } from './series.js';

const CHARTS = ['uPlot.iife.min.js', 'uPlot.min.css'] as const;

const STYLE = `body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1c2430; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; padding: 1rem; border: 1px solid #d8dee6; border-radius: 8px; }
figcaption { font-weight: 600; } figcaption span { float: right; font-weight: 400; color: #5a6675; }
figure.grows { border-color: #c62828; } figure.grows span { color: #c62828; font-weight: 600; }`;

const DRAW = `for (const { name, unit, timesS, values } of series) {
  const place = document.getElementById(name);
  new uPlot({
    width: place.clientWidth, height: 180, scales: { x: { time: false }, y: { range: (_, low, high) => [0, high * 1.1 || 1] } },
    legend: { show: false }, cursor: { show: false },
    axes: [{ values: (_, ticks) => ticks.map((s) => Math.round(s / 6) / 10 + ' min') }, { size: 56 }],
    series: [{}, { label: unit, stroke: '#2266bb', width: 1.5, points: { show: values.length < 80, size: 4 } }],
  }, [timesS, values], place);
}`;

/** @param what was done, in a line */
export function writeReport(file: string, what: string, all: readonly Series[], verdicts: readonly Verdict[]): void {
  const verdictOf = new Map(verdicts.map((verdict) => [verdict.name, verdict]));
  const series = all.toSorted((a, b) => rank(verdictOf.get(a.name)) - rank(verdictOf.get(b.name)));
  const [script = '', style = ''] = CHARTS.map(chartFile);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}`;
  const figures = series.map((each) => figureOf(each, verdictOf.get(each.name)));
  writeFileSync(
    file,
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Soak</title><style>${style}${STYLE}</style>
<h1>Soak</h1><p>${escapeHtml(what)}. ${escapeHtml(machine)}.</p><main>${figures.join('\n')}</main>
<script>${script}</script><script>const series = ${JSON.stringify(series).replaceAll('<', '\\u003c')};\n${DRAW}</script></html>\n`,
  );
}

function rank(verdict: Verdict | undefined): number {
  return verdict?.flat === false ? 0 : 1;
}

function figureOf({ name, unit }: Series, verdict: Verdict | undefined): string {
  const grows = verdict?.flat === false;
  const figures =
    verdict?.flat === undefined
      ? 'too few readings'
      : `${verdict.before.toFixed(1)} → ${verdict.after.toFixed(1)} ${unit}`;
  return `<figure class="${grows ? 'grows' : ''}"><figcaption>${escapeHtml(name)} <span>${figures}${grows ? ', grows' : ''}</span></figcaption><div id="${escapeHtml(name)}"></div></figure>`;
}

function chartFile(name: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${name}`), 'utf8');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
