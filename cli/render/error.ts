/** An error for people: what happened, where, why (the root cause first), and what to do. */
import { toWireError, type WireError } from '../../runtime/common/errors/index.js';

const DASHES = '-'.repeat(60);

/** Frames of a stack that are worth showing. */
const MAX_FRAMES = 12;

/**
 * The block that scripts know from Flink, around Weft's own content.
 * @param verbose also shows the whole chain of causes with their stacks
 */
export function renderFailure(error: unknown, verbose: boolean): string {
  return `\n${DASHES}\n The program finished with the following exception:\n\n${renderError(error, verbose)}`;
}

export function renderError(error: unknown, verbose: boolean): string {
  const wire = toWireError(error);
  const root = wire.causes.at(-1);
  const lines: string[] = [];
  if (root === undefined) {
    lines.push(wire.message, ...framesOf(wire.stack, verbose));
  } else {
    lines.push(root.message, ...framesOf(root.stack, verbose), '');
    for (const { message } of wire.causes.slice(0, -1).toReversed()) lines.push(`which led to: ${message}`);
    lines.push(`which led to: ${wire.message}`);
  }
  lines.push('', ...footer(wire));
  return lines.join('\n');
}

/** The error as one JSON object. */
export function renderJsonError(error: unknown): string {
  const { code, message, hint, subject, causes } = toWireError(error);
  return JSON.stringify({ error: { code, message, hint, subject, causes } });
}

function footer({ hint, code, subject }: WireError): string[] {
  return [
    ...(subject === undefined || subject === '' ? [] : [`Where:      ${subject}`]),
    ...(hint === undefined ? [] : [`What to do: ${hint}`]),
    `Code:       ${code}`,
  ];
}

/** Frames of the user's code; Weft's own and Node's are left out unless they are asked for. */
function framesOf(stack: string | undefined, verbose: boolean): string[] {
  const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const shown = verbose ? frames : frames.filter((line) => !isEngineFrame(line));
  return shown.slice(0, verbose ? frames.length : MAX_FRAMES);
}

/** User code was mapped to paths relative to the user's folder; what is still a URL or Node's was not. */
function isEngineFrame(line: string): boolean {
  return /file:\/\/|node:|\/dist\/(?:bin|roles)\/|\/weft-stream\/dist\//.test(line);
}
