/** Helps to write generated functions: lines, fresh names, and constants that the code refers to by name. */
export class CodeBuilder {
  private readonly lines: string[] = [];
  private readonly locals: string[] = [];
  private names = 0;

  /** @param constants what generated code may refer to besides its parameters */
  constructor(readonly constants: Record<string, unknown> = {}) {}

  line(text: string): void {
    this.lines.push(text);
  }

  /** A variable of the function, for a value that is needed again further down. */
  local(): string {
    const name = this.fresh('v');
    this.locals.push(name);
    return name;
  }

  /** A name that nothing else has. */
  fresh(prefix: string): string {
    return `${prefix}${this.names++}`;
  }

  constant(prefix: string, value: unknown): string {
    const name = this.fresh(prefix);
    this.constants[name] = value;
    return name;
  }

  body(): string {
    const declared = this.locals.length === 0 ? '' : `let ${this.locals.join(', ')};\n`;
    return declared + this.lines.join('\n');
  }
}

let compiled = 0;

/**
 * The value of an expression in which the constants are known by name. Each call makes code of its own, even of equal
 * text, so that what one edge's records teach the optimiser never disturbs another's.
 */
export function evaluate<T>(expression: string, constants: Record<string, unknown>): T {
  const names = Object.keys(constants);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- generating code per shape is this module's purpose
  const factory = new Function(...names, `"use strict";\nreturn (${expression});\n//# generated ${compiled++}`);
  return (factory as (...values: unknown[]) => T)(...names.map((name) => constants[name]));
}

export function property(object: string, name: string): string {
  return `${object}[${JSON.stringify(name)}]`;
}
