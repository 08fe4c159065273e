/** The pages of the cluster, as built: plain files. */
import { existsSync } from 'node:fs';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { about } from '../../runtime/common/http/openapi.js';

export async function pages(app: FastifyInstance, folder: string): Promise<void> {
  // Where YARN's pages are; its clients look there for a ResourceManager that is active.
  app.get('/cluster', about('Leads to the pages'), (_request, reply) => reply.redirect('/', 302));
  if (existsSync(folder)) {
    await app.register(fastifyStatic, { root: folder, prefix: '/' });
    return;
  }
  app.get('/', (_request, reply) => reply.redirect('/ws/v1/cluster/info', 302));
}
