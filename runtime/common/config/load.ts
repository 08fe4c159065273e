/** Reads `config.yaml` (nested or flat keys, Flink's), puts `-D` values over it, and checks all against the schema. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, isMap, isScalar, isSeq, parseDocument, type Node } from 'yaml';
import { WeftError } from '../errors/index.js';
import { Configuration, type RawEntry } from './configuration.js';
import { OPEN_PREFIXES, OPTIONS } from './options/index.js';

/**
 * @param confDir folder with `config.yaml`; a missing file counts as empty
 * @param dynamic `-Dkey=value` pairs, over the file
 * @throws CONFIG_BAD_FILE, CONFIG_UNKNOWN_KEY, CONFIG_BAD_VALUE, each with file and line
 */
export function loadConfiguration(
  confDir: string | undefined,
  dynamic: Readonly<Record<string, string>> = {},
): Configuration {
  const file = confDir === undefined ? new Map<string, RawEntry>() : readConfigFile(join(confDir, 'config.yaml'));
  const top = new Map(Object.entries(dynamic).map(([key, value]) => [key, { value, origin: `-D${key}` }]));
  return Configuration.of(OPTIONS, OPEN_PREFIXES, [file, top]);
}

function readConfigFile(path: string): Map<string, RawEntry> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
  return parseConfigText(text, path);
}

/** The flat keys of a YAML text, each with `path:line` as its origin. */
export function parseConfigText(text: string, path: string): Map<string, RawEntry> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const error = document.errors[0];
  if (error !== undefined) {
    throw new WeftError('CONFIG_BAD_FILE', `${path}: ${error.message}`, { subject: path });
  }
  const entries = new Map<string, RawEntry>();
  const originOf = (node: Node): string => `${path}:${lines.linePos(node.range?.[0] ?? 0).line}`;
  const walk = (node: unknown, prefix: string): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) walk(value, prefix === '' ? String(key) : `${prefix}.${String(key)}`);
    } else if (isSeq(node)) {
      const items = node.items.map((item) => (isScalar(item) ? String(item.value) : String(item)));
      entries.set(prefix, { value: items.join(';'), origin: originOf(node) });
    } else if (isScalar(node) && node.value !== null) {
      entries.set(prefix, { value: node.source ?? JSON.stringify(node.value), origin: originOf(node) });
    }
  };
  const root = document.contents;
  if (root !== null && !isMap(root))
    throw new WeftError('CONFIG_BAD_FILE', `${path} is not a map of keys.`, { subject: path });
  walk(root, '');
  return entries;
}
