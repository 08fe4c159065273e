/** The parts that both pages are made of. */
import type { ComponentChildren } from 'preact';

export function Header(props: { title: string; subtitle: string; children?: ComponentChildren }) {
  return (
    <header>
      <div class="brand">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
          <path d="M3 6h18M3 12h18M3 18h18" stroke="currentColor" stroke-width="2" opacity=".45" />
          <path d="M6 3v18M12 3v18M18 3v18" stroke="currentColor" stroke-width="2" />
        </svg>
        <strong>Weft</strong>
        <span>{props.title}</span>
      </div>
      <nav>{props.children}</nav>
      <span class="subtitle">{props.subtitle}</span>
    </header>
  );
}

export function Figure(props: { label: string; value: ComponentChildren; tone?: string | undefined }) {
  return (
    <div class="figure">
      <div class={`value ${props.tone ?? ''}`}>{props.value}</div>
      <div class="label">{props.label}</div>
    </div>
  );
}

export function State(props: { state: string }) {
  return <span class={`state ${props.state.toLowerCase()}`}>{props.state}</span>;
}

export function Section(props: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

export interface Column<T> {
  title: string;
  /** Figures stand to the right. */
  numeric?: boolean;
  cell(row: T): ComponentChildren;
}

export function Table<T>(props: { columns: Column<T>[]; rows: T[]; empty: string; rowKey(row: T): string }) {
  if (props.rows.length === 0) return <p class="empty">{props.empty}</p>;
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column.title} class={column.numeric ? 'numeric' : ''}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.rowKey(row)}>
              {props.columns.map((column) => (
                <td key={column.title} class={column.numeric ? 'numeric' : ''}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Problem(props: { error: string | undefined }) {
  return props.error === undefined ? null : (
    <p class="problem" role="alert">
      {props.error}
    </p>
  );
}

/** How much of `total` is used; `mark` draws a line where something is promised. */
export function Meter(props: { used: number; total: number; label: string; mark?: number }) {
  const percent = (of: number): string =>
    `${((props.total === 0 ? 0 : Math.min(1, of / props.total)) * 100).toFixed(1)}%`;
  return (
    <div class="meter" title={props.label}>
      <div style={{ width: percent(props.used) }} />
      {props.mark !== undefined && <i style={{ left: percent(props.mark) }} />}
      <span>{props.label}</span>
    </div>
  );
}
