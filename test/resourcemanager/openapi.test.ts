import { rmSync } from 'node:fs';
import test from 'ava';
import { http, newFolder, startResourceManager } from './fixtures.js';

test('the ResourceManager describes its routes', async (t) => {
  const folder = newFolder();
  const rm = await startResourceManager(folder);
  t.teardown(async () => {
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { body } = await http(rm, 'GET', '/openapi.json');
  t.like(body, { openapi: '3.1.0', info: { title: 'Weft ResourceManager' } });
  const paths = body['paths'] as Record<string, Record<string, Record<string, unknown>>>;
  const submission = paths['/ws/v1/cluster/apps']?.['post'];
  t.like(submission, { requestBody: { content: { 'application/json': { schema: { type: 'object' } } } } });
  t.like(paths['/ws/v1/cluster/apps/{id}']?.['get'], { parameters: [{ name: 'id', in: 'path', required: true }] });
  const query = paths['/ws/v1/cluster/apps']?.['get']?.['parameters'] as { name: string; in: string }[];
  t.true(query.some((each) => each.name === 'applicationTags' && each.in === 'query'));
  t.false('head' in (paths['/ws/v1/cluster/apps'] ?? {}));
  for (const operations of Object.values(paths))
    for (const each of Object.values(operations)) t.truthy(each['responses']);
  t.deepEqual(
    Object.keys(paths).filter((path) => Object.values(paths[path] ?? {}).some(({ summary }) => summary === undefined)),
    [],
    'each route says what it is for',
  );
  const withoutContent = [
    '/new-application',
    '/queues/refresh',
    'labels',
    'commission',
    '/fail',
    '/signal/',
    '/blobs/',
    '/proxy/',
    'scheduler-conf',
  ];
  for (const [path, { put, post }] of Object.entries(paths)) {
    if (withoutContent.some((part) => path.includes(part)) || (put ?? post) === undefined) continue;
    t.truthy((put ?? post)?.['requestBody'], path);
  }
});
