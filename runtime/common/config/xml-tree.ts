/** Reads an XML document as a tree whose order and lines are kept, for files that are not lists of properties. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { badFile, lineOf, refuseHarmfulXml } from './hadoop-xml.js';

export interface XmlElement {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** What stands directly in it, as written. */
  readonly text: string;
  readonly children: readonly XmlElement[];
}

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
});
const METADATA = XMLParser.getMetaDataSymbol() as unknown as symbol;
const ATTRIBUTES = ':@';
const TEXT = '#text';

interface ParsedNode {
  readonly [name: string]: unknown;
  readonly [METADATA]?: { startIndex?: number };
}

/** @throws CONFIG_BAD_FILE naming the line of what is not XML */
export function parseXmlTree(text: string, path: string): XmlElement {
  refuseHarmfulXml(text, path);
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is one more package for the same function.
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw badFile(path, valid.err.line, valid.err.msg);
  const [root] = elementsIn(parser.parse(text) as ParsedNode[], text);
  if (root === undefined) throw badFile(path, 1, 'there is no element in it.');
  return root;
}

function elementsIn(nodes: readonly ParsedNode[], document: string): XmlElement[] {
  const elements: XmlElement[] = [];
  for (const node of nodes) {
    const name = Object.keys(node).find((key) => key !== ATTRIBUTES && key !== TEXT && !key.startsWith('?'));
    if (name === undefined) continue;
    const content = node[name] as ParsedNode[];
    elements.push({
      name,
      line: lineOf(document, node[METADATA]?.startIndex ?? 0),
      attributes: (node[ATTRIBUTES] ?? {}) as Record<string, string>,
      text: content.map((each) => (each[TEXT] as string | undefined) ?? '').join(''),
      children: elementsIn(content, document),
    });
  }
  return elements;
}
