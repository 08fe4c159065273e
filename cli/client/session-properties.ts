/**
 * `.yarn-properties-<user>`: remembers the session that was started last, so that `weft run -t yarn-session` finds it.
 * A Java properties file, as Flink's.
 */
import { readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { parseApplicationId } from '../../runtime/common/ids.js';

export interface SessionProperties {
  applicationId: string;
  /** The `-D` values that the session was started with. */
  dynamicProperties: Readonly<Record<string, string>>;
}

const APPLICATION_ID = 'applicationID';
const DYNAMIC = 'dynamicPropertiesString';
const BETWEEN = '@@';

/** In `yarn.properties-file.location`, else in WEFT_HOME. */
export function sessionPropertiesFile(configuration: Configuration, home: WeftHome): string {
  const folder = configuration.get(yarnOptions.propertiesFileLocation) ?? home.path;
  return join(folder, `.yarn-properties-${userInfo().username}`);
}

/** @param writtenAt for the comment line, e.g. the date */
export function writeSessionProperties(file: string, properties: SessionProperties, writtenAt: string): void {
  const dynamic = Object.entries(properties.dynamicProperties).map(([key, value]) => `${key}=${value}`);
  const lines = [
    '#Generated YARN properties file',
    `#${writtenAt}`,
    `${APPLICATION_ID}=${escape(properties.applicationId)}`,
    `${DYNAMIC}=${escape(dynamic.join(BETWEEN))}`,
  ];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** The session that was remembered; undefined if there is no file. @throws CLIENT_BAD_PROPERTIES_FILE */
export function readSessionProperties(file: string): SessionProperties | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(file, 'cannot be read', cause);
  }
  const entries = parseJavaProperties(text);
  const applicationId = entries.get(APPLICATION_ID);
  if (applicationId === undefined) throw unusable(file, `has no ${APPLICATION_ID}`);
  try {
    parseApplicationId(applicationId);
  } catch (cause) {
    throw unusable(file, `has "${applicationId}" as its ${APPLICATION_ID}`, cause);
  }
  const dynamic = (entries.get(DYNAMIC) ?? '').split(BETWEEN).filter((pair) => pair !== '');
  return { applicationId, dynamicProperties: Object.fromEntries(dynamic.map(splitPair)) };
}

/** Forgets the session, if it is this one that the file remembers. */
export function forgetSession(file: string, applicationId: string): void {
  let remembered: string | undefined;
  try {
    remembered = readSessionProperties(file)?.applicationId;
  } catch {
    return;
  }
  if (remembered === applicationId) rmSync(file, { force: true });
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, 'true'] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

/** Keys and values of a Java properties text: comments, continued lines, `=`, `:` or blank between, backslash escapes. */
function parseJavaProperties(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  const logical = text.replace(/(?<!\\)((?:\\\\)*)\\\r?\n[ \t]*/g, '$1');
  for (const line of logical.split(/\r?\n/)) {
    const content = line.trimStart();
    if (content === '' || content.startsWith('#') || content.startsWith('!')) continue;
    const match = /^((?:\\.|[^\s=:\\])+)\s*[=:]?\s*(.*)$/.exec(content);
    if (match !== null) entries.set(unescape(match[1] ?? ''), unescape(match[2] ?? ''));
  }
  return entries;
}

function escape(value: string): string {
  return value.replace(/[\\=:#!]/g, '\\$&').replace(/\n/g, '\\n');
}

function unescape(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return { n: '\n', t: '\t', r: '\r', f: '\f' }[escaped] ?? escaped;
  });
}

function unusable(file: string, why: string, cause?: unknown): WeftError {
  return new WeftError('CLIENT_BAD_PROPERTIES_FILE', `${file} ${why}.`, {
    hint: `Delete ${file}: it only remembers the session that was started last.`,
    subject: file,
    ...(cause === undefined ? {} : { cause }),
  });
}
