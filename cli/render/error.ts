/** An error for people: what happened, where, why (the root cause first), and what to do. */
import { toWireError, type WireError } from '../../runtime/common/errors/index.js';

const DASHES = '-'.repeat(60);

/** Frames of a stack that are worth showing. */
const MAX_FRAMES = 12;

/**
 * The block that scripts know from Flink, around Weft's own content.
 * @param verbose also shows the whole chain of causes with their stacks
 */
export function renderProgramFailure(error: unknown, verbose: boolean): string {
  return `\n${DASHES}\n The program finished with the following exception:\n\n${renderError(error, verbose)}`;
}

export function renderError(error: unknown, verbose: boolean): string {
  const wire = toWireError(error);
  const chain: Link[] = [wire, ...wire.causes];
  const root = rootOf(chain);
  const { message, stack } = chain[root] ?? wire;
  return [
    message,
    ...framesOf(stack, verbose),
    ...chain
      .slice(root + 1)
      .filter((link) => verbose || !says(message, link.message))
      .flatMap((link) => [`  because: ${link.message}`, ...(verbose ? framesOf(link.stack, true) : [])]),
    ...(root === 0 ? [] : ['']),
    ...chain
      .slice(0, root)
      .toReversed()
      .map((link) => `which led to: ${link.message}`),
    '',
    ...footer(wire),
  ].join('\n');
}

interface Link {
  code?: string;
  message: string;
  stack?: string;
}

/** Whether a message has taken up already what its cause says: its words, or the system's code in them. */
function says(message: string, cause: string): boolean {
  const code = /\bE[A-Z]{4,}\b/.exec(cause)?.[0];
  return message.includes(cause) || (code !== undefined && message.includes(code));
}

/**
 * Where in the chain of causes the story begins for the user: at the innermost error that Weft explains or that user code
 * threw. What lies deeper is a system's own word for it (ENOENT …).
 */
function rootOf(chain: readonly Link[]): number {
  const root = chain.findLastIndex(({ code, stack }) => code !== undefined || framesOf(stack, false).length > 0);
  return Math.max(0, root);
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

/** User code was mapped to paths relative to the user's folder; what is still a URL, Node's or of no file was not. */
function isEngineFrame(line: string): boolean {
  return /file:\/\/|node:|\(<anonymous>\)|\(index \d|weft-template\/|\/dist\/(?:bin|roles)\/|\/weft-stream\/dist\//.test(
    line,
  );
}
