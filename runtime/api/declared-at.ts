/** Finds the line of the user's program that called the API, so that every later error can name it. */
import { fileURLToPath } from 'node:url';
import { currentHost } from './host.js';

const OWN_URL = import.meta.url;
const OWN_FILE = /\/runtime\/api\/declared-at\.[jt]s$/;

/** Frames of the API lie under this prefix: its folder, or the one file that it was bundled into. */
const OWN_PREFIX = OWN_FILE.test(OWN_URL) ? OWN_URL.slice(0, OWN_URL.lastIndexOf('/') + 1) : OWN_URL;

const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*?:\d+:\d+)\)?$/;

/**
 * `file:line:column` of the innermost frame outside the API and Node, in the user's source where the host can map it;
 * undefined when there is none.
 */
export function declaredAt(): string | undefined {
  const holder: { stack?: string } = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  Error.captureStackTrace(holder, declaredAt);
  Error.stackTraceLimit = limit;
  for (const line of (holder.stack ?? '').split('\n').slice(1)) {
    const location = FRAME.exec(line)?.[1];
    if (location === undefined || location.startsWith(OWN_PREFIX) || location.startsWith('node:')) continue;
    const path = location.startsWith('file://') ? toPath(location) : location;
    return currentHost()?.mapLocation?.(path) ?? path;
  }
  return undefined;
}

function toPath(location: string): string {
  const [, url = location, position = ''] = /^(.*?)(:\d+:\d+)$/.exec(location) ?? [];
  return fileURLToPath(url) + position;
}
