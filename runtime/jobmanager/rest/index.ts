/**
 * The JobManager's REST API: Flink's paths with Flink's shapes, each bare and below `/v1`, Weft's own below `/weft/v1`, and
 * the job pages at the root. Routes read the JobManager's state and give it orders; what they answer is made by the pure
 * `*-views.ts` beside them.
 */
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { documentRoutes } from '../../common/http/openapi.js';
import { VERSION } from '../../common/version.js';
import { checkpointRoutes } from './checkpoints.js';
import { clusterRoutes } from './cluster.js';
import type { RestContext } from './context.js';
import { applyConventions } from './conventions.js';
import { jarRoutes } from './jars.js';
import { jobRoutes } from './jobs.js';
import { savepointRoutes } from './savepoints.js';
import { rescalingRoutes } from './rescaling.js';
import { taskManagerRoutes } from './taskmanagers.js';
import { vertexRoutes } from './vertices.js';
import { weftRoutes } from './weft.js';

export type { RestContext } from './context.js';

export async function registerRest(app: FastifyInstance, context: RestContext): Promise<void> {
  applyConventions(app);
  documentRoutes(app, { title: 'Weft JobManager: Flink’s REST API', version: VERSION });
  for (const prefix of ['', '/v1']) {
    await app.register(
      (scope, _options, done) => {
        clusterRoutes(scope, context);
        jobRoutes(scope, context);
        checkpointRoutes(scope, context);
        savepointRoutes(scope, context);
        vertexRoutes(scope, context);
        taskManagerRoutes(scope, context);
        if (context.weftCommand !== undefined) jarRoutes(scope, context, context.weftCommand);
        done();
      },
      { prefix },
    );
  }
  weftRoutes(app, context);
  rescalingRoutes(app, context);
  if (context.webuiDir !== undefined) {
    // Every file is a route of its own, so that unknown paths keep Flink's answer.
    await app.register(fastifyStatic, { root: context.webuiDir, wildcard: false });
  }
}
