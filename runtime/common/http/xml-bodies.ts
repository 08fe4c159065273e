/**
 * YARN's REST API in XML: what a route answers in JSON goes out as XML to whoever prefers that, and XML bodies are
 * read as the JSON that they stand for.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { WeftError } from '../errors/index.js';

const JSON_TYPE = 'application/json';
const XML_TYPES: readonly string[] = ['application/xml', 'text/xml'];
/** Deeper than any body of YARN's API. */
const MAX_DEPTH = 20;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The root element of an answer that has several members, as YARN names it. */
    xmlRoot?: string;
  }
}

// eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is one more package for the same function.
const builder = new XMLBuilder({ suppressEmptyNode: true });
const parser = new XMLParser({ parseTagValue: false, ignoreAttributes: true, maxNestedTags: MAX_DEPTH });

/** @param prefix of the paths that answer in XML when asked to */
export function speakXml(app: FastifyInstance, prefix: string): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url.startsWith(prefix) && prefersXml(request.headers.accept)) {
      reply.type('application/xml; charset=utf-8').serializer((body: unknown) => toXml(body, rootOf(request)));
    }
    done();
  });
  // Clients of YARN's name a type even where they send no body.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(JSON_TYPE, { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else void parseJson(request, String(body), done);
  });
  app.addContentTypeParser([...XML_TYPES], { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, fromXml(String(body)));
    } catch (error) {
      done(error as Error);
    }
  });
}

function rootOf(request: FastifyRequest): string | undefined {
  return request.routeOptions.config.xmlRoot;
}

/** Whether XML is accepted with a higher quality than JSON (RFC 9110, 12.5.1). A tie goes to JSON, as the API's default. */
export function prefersXml(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  let json = 0;
  let xml = 0;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = Number(/^q=([\d.]+)$/.exec(parameters.find((each) => each.startsWith('q=')) ?? '')?.[1] ?? 1);
    if (type === JSON_TYPE) json = Math.max(json, quality);
    if (XML_TYPES.includes(type)) xml = Math.max(xml, quality);
  }
  return xml > json;
}

/**
 * Only one element can be the root: that of an error, which has more members in JSON, is YARN's.
 * @param root names the element round a body that has several members; one that has a single object is named by it
 */
export function toXml(body: unknown, root?: string): string {
  if (typeof body !== 'object' || body === null) return '';
  const [[name, content] = ['', null]] = Object.entries(body as Record<string, unknown>);
  const isNamed = name === 'RemoteException' || (root === undefined && !Array.isArray(content));
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${builder.build(
    isNamed ? { [name]: content } : { [root ?? 'answer']: body },
  )}`;
}

/** The content of the root element: every value is text, and what is empty is left out. @throws HTTP_BAD_REQUEST */
export function fromXml(text: string): unknown {
  // Entities that a document declares itself can grow without bound; none of YARN's clients declares any.
  if (/<!DOCTYPE/i.test(text)) throw new WeftError('HTTP_BAD_REQUEST', 'The body may not declare a document type.');
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is one more package for the same function.
  const valid = XMLValidator.validate(text);
  if (valid !== true) {
    throw new WeftError('HTTP_BAD_REQUEST', `The body is not XML: line ${valid.err.line}: ${valid.err.msg}`);
  }
  const root: unknown = Object.entries(parse(text)).find(([name]) => !name.startsWith('?'))?.[1];
  return withoutEmpty(root) ?? {};
}

function parse(text: string): Record<string, unknown> {
  try {
    return parser.parse(text) as Record<string, unknown>;
  } catch (cause) {
    throw new WeftError('HTTP_BAD_REQUEST', `The body cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty).filter((each) => each !== undefined);
  if (typeof value !== 'object' || value === null) return value === '' ? undefined : value;
  const members = Object.entries(value).map(([name, each]) => [name, withoutEmpty(each)] as const);
  return Object.fromEntries(members.filter(([, each]) => each !== undefined));
}
