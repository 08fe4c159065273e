/** `GET /openapi.json`: what a server answers, made from its routes as they are registered, so that it is never out of date. */
import type { FastifyContextConfig, FastifyInstance, RouteOptions } from 'fastify';
import { Type, type TSchema } from 'typebox';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route is for, in a few words. */
    about?: string;
    /** What its body has to be. */
    body?: TSchema;
    /** The parameters behind the `?`. */
    query?: TSchema;
  }
}

type Operations = Record<string, object>;

interface ObjectSchema {
  properties?: Record<string, TSchema>;
  required?: string[];
}

const SELF = '/openapi.json';
/** What a path may have in OpenAPI 3.1; servers know more. */
const METHODS: readonly string[] = ['GET', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'];

/** The options of a route that tell what it is for, and what goes in. */
export function about(text: string, more: Omit<FastifyContextConfig, 'about'> = {}): { config: FastifyContextConfig } {
  return { config: { about: text, ...more } };
}

/** Call it before the first route. */
export function documentRoutes(app: FastifyInstance, info: { title: string; version: string }): void {
  const paths: Record<string, Operations> = {};
  app.addHook('onRoute', (route) => {
    // Pages are files; what has no name of its own is their fallback.
    if (route.url === '/' || (route.url.endsWith('/*') && !route.url.includes(':'))) return;
    if (route.url.includes('.') && route.url !== SELF) return;
    const path = route.url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{rest}');
    const operations = (paths[path] ??= {});
    for (const method of [route.method].flat()) {
      // Every GET brings a HEAD, which is not worth a word.
      if (METHODS.includes(method)) operations[method.toLowerCase()] = operationOf(route, path);
    }
  });
  app.get(SELF, about('This description'), () => ({
    openapi: '3.1.0',
    info,
    paths: Object.fromEntries(Object.entries(paths).filter(([, operations]) => Object.keys(operations).length > 0)),
  }));
}

function operationOf({ config = {} }: RouteOptions, path: string): object {
  const { about: summary, body, query } = config;
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) =>
    parameter('path', name, Type.String(), true),
  );
  const { properties = {}, required = [] } = (query ?? {}) as ObjectSchema;
  for (const [name, schema] of Object.entries(properties)) {
    parameters.push(parameter('query', name, schema, required.includes(name)));
  }
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      '2XX': { description: 'Done, or the answer.' },
      default: { description: 'An error, with its code and reason.' },
    },
  };
}

function parameter(place: 'path' | 'query', name: string, schema: TSchema, required: boolean): object {
  return { name, in: place, required, schema };
}
