/** Help texts made from the option tables. */
import type { ActionSpec, OptionSpec } from '../program/option-parser.js';

const FLAG_WIDTH = 44;

export function actionHelp(usage: string, about: string, spec: ActionSpec<string>): string {
  const rows = [
    ...Object.values(spec.options)
      .filter(({ hidden }) => hidden !== true)
      .map((option): [string, string] => [flagOf(option), option.description]),
    ...spec.properties
      .filter(({ hidden }) => hidden !== true)
      .map(({ prefix, description }): [string, string] => [`${prefix}<key>=<value>`, description]),
  ];
  return [`Usage: ${usage}`, '', about, '', 'Options:', ...table(rows)].join('\n');
}

export function table(rows: readonly (readonly [string, string])[]): string[] {
  return rows.map(([left, right]) => `  ${left.padEnd(FLAG_WIDTH)} ${right}`);
}

function flagOf({ short, long, value }: OptionSpec): string {
  const names = [short === undefined ? undefined : `-${short}`, long === undefined ? undefined : `--${long}`];
  return `${names.filter((name) => name !== undefined).join(',')}${value === undefined ? '' : ` <${value}>`}`;
}
