/** Reads Hadoop's configuration files (`<configuration><property><name/><value/></property>…`), keeping each key's line. */
import { readFileSync } from 'node:fs';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { WeftError } from '../errors/index.js';
import type { RawEntry } from './configuration.js';

const parser = new XMLParser({
  captureMetaData: true,
  parseTagValue: false,
  // In an access list a leading blank has a meaning: what follows are groups.
  trimValues: false,
  isArray: (name) => name === 'property',
});
const METADATA = XMLParser.getMetaDataSymbol() as unknown as symbol;

interface ParsedProperty {
  name?: unknown;
  value?: unknown;
  [METADATA]?: { startIndex?: number };
}

/**
 * The properties of a file, values as written, each with `path:line` as its origin; a missing file counts as empty.
 * @throws CONFIG_BAD_FILE
 */
export function readHadoopXml(path: string): Map<string, RawEntry> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
  return parseHadoopXml(text, path);
}

/** No file of settings is larger; what is, would only keep the process busy. */
const MAX_XML_BYTES = 4 * 2 ** 20;

/** Refuses what is far too large, and documents that define entities, which can grow without bounds. @throws CONFIG_BAD_FILE */
export function refuseHarmfulXml(text: string, path: string): void {
  if (Buffer.byteLength(text) > MAX_XML_BYTES) {
    throw badFile(path, 1, `it is larger than ${MAX_XML_BYTES / 2 ** 20} MB, more than any file of settings.`);
  }
  const entities = /<!(?:DOCTYPE|ENTITY)/i.exec(text);
  if (entities !== null) throw badFile(path, lineOf(text, entities.index), 'document types and entities are not read.');
}

/** @throws CONFIG_BAD_FILE naming the line of what is not XML, or not a property. */
export function parseHadoopXml(text: string, path: string): Map<string, RawEntry> {
  refuseHarmfulXml(text, path);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is one more package for the same function.
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw badFile(path, valid.err.line, valid.err.msg);
  const document = parser.parse(text) as { configuration?: unknown };
  if (document.configuration === undefined) throw badFile(path, 1, 'the root element is not <configuration>.');
  const properties =
    typeof document.configuration === 'object'
      ? ((document.configuration as { property?: ParsedProperty[] }).property ?? [])
      : [];
  const entries = new Map<string, RawEntry>();
  for (const property of properties) {
    const line = lineOf(text, property[METADATA]?.startIndex ?? 0);
    const { value } = property;
    const name = typeof property.name === 'string' ? property.name.trim() : '';
    if (name === '') throw badFile(path, line, 'a <property> has no <name>.');
    if (typeof value !== 'string') throw badFile(path, line, `the property ${name} has no <value>.`);
    entries.set(name, { value, origin: `${path}:${line}` });
  }
  return substituteReferences(entries);
}

/** Hadoop's `${other.key}`; what names no key of the file stays as it is. */
function substituteReferences(entries: Map<string, RawEntry>): Map<string, RawEntry> {
  const resolve = (value: string, depth: number): string =>
    depth === 0
      ? value
      : value.replace(/\$\{([^}$\s]+)\}/g, (whole, name: string) => {
          const entry = entries.get(name);
          return entry === undefined ? whole : resolve(entry.value, depth - 1);
        });
  const maxDepth = 20; // As in Hadoop, so that a reference to itself ends.
  return new Map([...entries].map(([name, { value, origin }]) => [name, { value: resolve(value, maxDepth), origin }]));
}

/** The line, from 1, of a place in the text. */
export function lineOf(text: string, index: number): number {
  let line = 1;
  for (let i = 0; i < index; i++) if (text.charCodeAt(i) === 10) line++;
  return line;
}

export function badFile(path: string, line: number, reason: string): WeftError {
  return new WeftError('CONFIG_BAD_FILE', `${path}:${line}: ${reason}`, { subject: path });
}
