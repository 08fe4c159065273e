/**
 * `/jars`: programs that are uploaded, planned and run over REST. What Flink calls a jar is here one file of a program,
 * JavaScript or TypeScript, bundled beforehand if it needs packages.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse as splitWords } from 'shell-quote';
import { Type, type Static, type TSchema } from 'typebox';
import { WeftError } from '../../common/errors/index.js';
import { requireFit } from '../../common/wire/index.js';
import { RestError, pathParam, queryList, queryParam } from './conventions.js';
import type { RestContext } from './context.js';
import { fileIn } from './multipart.js';
import { ProgramRuns, type ProgramRun } from './program-runs.js';

const PROGRAM_FILE = /\.(?:[cm]?js|[cm]?ts)$/;
const STORED_NAME = /^[0-9a-f-]{36}_[\w.-]+$/;

/** Fields that are not filled in come as null, as Flink's pages send them. */
function field<T extends TSchema>(type: T) {
  return Type.Optional(Type.Union([type, Type.Null()]));
}

const RunSchema = Type.Object({
  programArgs: field(Type.String()),
  programArgsList: field(Type.Array(Type.String())),
  parallelism: field(Type.Integer({ minimum: 1 })),
  flinkConfiguration: field(Type.Record(Type.String(), Type.String())),
});
type RunBody = Static<typeof RunSchema>;

export function jarRoutes(app: FastifyInstance, context: RestContext, weftCommand: readonly string[]): void {
  const { uploadDir } = context;
  const runs = new ProgramRuns(weftCommand, context.jobManager.clock, context.clientToken);
  app.get('/jars', async () => ({ address: context.url(), files: await listPrograms(uploadDir) }));
  app.post('/jars/upload', async (request) => {
    const { name, content } = await fileIn(request.body, request.headers['content-type'], 'jarfile');
    const original = basename(name).replaceAll(/[^\w.-]/g, '_');
    if (!PROGRAM_FILE.test(original)) {
      throw new WeftError(
        'PROGRAM_REJECTED',
        `"${original}" is not a program: only .js, .mjs, .cjs and .ts files are.`,
      );
    }
    const path = join(uploadDir, `${randomUUID()}_${original}`);
    await mkdir(uploadDir, { recursive: true });
    await writeFile(path, content);
    return { filename: path, status: 'success' };
  });
  app.delete('/jars/:jarid', async (request) => {
    await rm(programPath(request, uploadDir));
    return {};
  });
  const plan = async (request: FastifyRequest): Promise<object> => ({
    plan: await runs.plan(programOf(request, uploadDir)),
  });
  app.get('/jars/:jarid/plan', plan);
  app.post('/jars/:jarid/plan', plan);
  app.post('/jars/:jarid/run', async (request) => ({
    jobid: await runs.run(programOf(request, uploadDir), context.url()),
  }));
}

async function listPrograms(folder: string): Promise<object[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => STORED_NAME.test(name))
      .map(async (id) => ({
        id,
        name: id.slice(id.indexOf('_') + 1),
        uploaded: Math.round((await stat(join(folder, id))).mtimeMs),
        entry: [],
      })),
  );
  return files.toSorted((a, b) => b.uploaded - a.uploaded);
}

/** @throws RestError 400 for one that is not there */
function programPath(request: FastifyRequest, folder: string): string {
  const id = pathParam(request, 'jarid');
  const path = join(folder, id);
  if (!STORED_NAME.test(id) || !existsSync(path)) throw new RestError(400, `File ${id} does not exist in ${folder}.`);
  return path;
}

/** The body counts before the query, as in Flink. */
function programOf(request: FastifyRequest, folder: string): ProgramRun {
  const body = (request.body ?? {}) as RunBody;
  requireFit(RunSchema, body, 'HTTP_BAD_REQUEST', 'The body');
  const parallelism = body.parallelism ?? queryParam(request, 'parallelism');
  return {
    file: programPath(request, folder),
    args:
      body.programArgsList ??
      queryList(request, 'programArg') ??
      wordsOf(body.programArgs ?? queryParam(request, 'program-args') ?? ''),
    parallelism: parallelism === undefined ? undefined : wholeNumber(parallelism),
    properties: body.flinkConfiguration ?? {},
  };
}

/** Words as a shell splits them; what else a shell would do with them is not done. */
function wordsOf(text: string): string[] {
  return splitWords(text, (name) => `$${name}`).filter((word) => typeof word === 'string');
}

function wholeNumber(value: number | string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RestError(400, `Cannot resolve query parameter (parallelism) from value "${value}".`);
}
