/** Finds the line of the user's program that called the API, so that every later error can name it. */
import { findSourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import { currentHost } from './host.js';

const OWN_URL = import.meta.url;

/** Frames of the API lie in this folder: its own, or the one of the bundles that it became a part of. */
const OWN_FOLDER = OWN_URL.slice(0, OWN_URL.lastIndexOf('/') + 1);

/** Deep enough for the API's own frames below the program's. */
const FRAMES = 16;

/**
 * `file:line:column` of the innermost frame outside the API and Node, in the user's source where the host or Node has a
 * source map; undefined when there is none.
 */
export function declaredAt(): string | undefined {
  for (const site of callSites()) {
    const file = site.getFileName();
    const line = site.getLineNumber();
    const column = site.getColumnNumber();
    if (file == null || line === null || column === null) continue;
    if (file.startsWith(OWN_FOLDER) || file.startsWith('node:')) continue;
    const location = `${toPath(file)}:${line}:${column}`;
    const mapped = currentHost()?.mapLocation?.(location) ?? location;
    return mapped === location ? (originOf(file, line, column) ?? location) : mapped;
  }
  return undefined;
}

/** Asked of V8 itself: the text of a stack is mapped or not, depending on Node's flags. */
function callSites(): NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const former = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: NodeJS.CallSite[] } = {};
    Error.captureStackTrace(holder, declaredAt);
    return holder.stack ?? [];
  } finally {
    if (former === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
    else Object.defineProperty(Error, 'prepareStackTrace', former);
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Node keeps source maps only with --enable-source-maps. */
function originOf(file: string, line: number, column: number): string | undefined {
  const origin = findSourceMap(file)?.findOrigin(line, column);
  if (origin === undefined || !('fileName' in origin)) return undefined;
  return `${toPath(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
}

function toPath(file: string): string {
  return file.startsWith('file://') ? fileURLToPath(file) : file;
}
