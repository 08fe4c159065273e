/** The text format in which Prometheus reads metrics (version 0.0.4). */

export interface MetricFamily {
  /** Letters, digits, `_` and `:`; other characters become `_`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'summary';
  readonly samples: readonly MetricValue[];
}

export interface MetricValue {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** What comes behind the family's name, such as `_count` of a summary. */
  readonly suffix?: string;
}

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

export function expositionOf(families: readonly MetricFamily[]): string {
  return families.map(familyText).join('');
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const safe = metricName(name);
  const lines = samples.map(
    ({ labels, value, suffix = '' }) => `${safe}${suffix}${labelText(labels)} ${valueText(value)}\n`,
  );
  return `# HELP ${safe} ${escaped(help)}\n# TYPE ${safe} ${type}\n${lines.join('')}`;
}

/** A name that Prometheus takes. */
export function metricName(name: string): string {
  return name.replace(/[^A-Za-z0-9:_]/g, '_').replace(/^(?=\d)/, '_');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const safe = name.replace(/[^A-Za-z0-9_]/g, '_').replace(/^(?=\d)/, '_');
    return `${safe}="${escaped(value).replaceAll('"', '\\"')}"`;
  });
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
