/** Who is let in to REST, pages and JobManagers where tokens are required, and who sees whose applications. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../../runtime/common/clock.js';
import { newTokenKey, signToken } from '../../../runtime/common/security/token.js';
import { authenticationOf } from '../../../runtime/common/security/authentication.js';
import type { ResourceManager } from '../../../resourcemanager/resource-manager.js';
import { capacityFiles } from '../scheduler/policy-fixtures.js';
import {
  CLUSTER_KEY,
  FakeNode,
  http,
  newFolder,
  startResourceManager,
  submissionOf,
  until,
  type PolicyFiles,
} from '../fixtures.js';

const CLOSED = {
  'yarn.acl.enable': 'true',
  'yarn.admin.acl': 'root',
  'root.acl_submit_applications': '*',
  'root.acl_administer_queue': ' ',
  'root.queues': 'default',
  'root.default.capacity': '100',
  'root.default.acl_administer_queue': 'quinn',
};

async function start(
  t: ExecutionContext,
  authentication: 'simple' | 'token',
  policies?: PolicyFiles,
): Promise<ResourceManager> {
  const folder = newFolder();
  const groups = { staticGroups: 'ann=;bob=;eve=;vic=viewers;quinn=;root=' };
  const settings = { authentication, ...(policies === undefined ? {} : { schedulerClass: 'capacity', ...groups }) };
  const rm = await startResourceManager(folder, { settings, ...(policies === undefined ? {} : { policies }) });
  t.teardown(async () => {
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return rm;
}

interface Asking {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

function clientToken(user: string, key = CLUSTER_KEY, expiresMs = systemClock.nowMs() + 60_000): string {
  return signToken(key, { kind: 'client', subject: user, expiresMs });
}

async function ask(rm: ResourceManager, path: string, token?: string, options: Asking = {}) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(rm.url + path, {
    redirect: 'manual',
    ...options,
    headers: { ...headers, ...options.headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('simple authentication is for loopback only', (t) => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1']) {
    t.is(authenticationOf('auto', host), 'simple');
    t.is(authenticationOf('token', host), 'token');
  }
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'node1', '127.0.0.1.evil.example']) {
    t.is(authenticationOf('auto', host), 'token');
    t.throws(() => authenticationOf('simple', host), { code: 'AUTH_REQUIRED' });
  }
});

test('a ResourceManager does not listen elsewhere and believe everybody', async (t) => {
  const folder = newFolder();
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const bindHost = '0.0.0.0';
  const starting = startResourceManager(folder, { settings: { authentication: 'simple' }, bindHost });
  await t.throwsAsync(starting, { code: 'AUTH_REQUIRED' });
  const rm = await startResourceManager(folder, { settings: { authentication: 'auto' }, bindHost });
  t.teardown(() => rm.stop());
  t.is((await ask(rm, '/ws/v1/cluster/info')).status, 401);
});

test('where tokens are required, nothing is answered without one, and forged and expired ones are told apart', async (t) => {
  const rm = await start(t, 'token');
  const paths = [
    '/ws/v1/cluster/info',
    '/ws/v1/cluster/apps',
    '/weft/v1/cluster',
    '/prom',
    '/',
    '/proxy/application_1_0001/',
    '/nothing',
  ];
  for (const path of paths) {
    t.is((await ask(rm, path)).status, 401, path);
    t.is((await ask(rm, path, clientToken('ann', newTokenKey()))).status, 401, path);
  }
  const expired = await ask(rm, '/ws/v1/cluster/info', clientToken('ann', CLUSTER_KEY, 1));
  t.regex(expired.text, /AUTH_TOKEN_EXPIRED/);
  const node = signToken(CLUSTER_KEY, { kind: 'node', subject: 'n:1', expiresMs: systemClock.nowMs() + 60_000 });
  t.is((await ask(rm, '/ws/v1/cluster/info', node)).status, 401, 'a node’s token is no client’s');
  t.is((await ask(rm, `/weft/v1/blobs/${'0'.repeat(64)}`, node)).status, 404, 'but fetches files');
  t.is((await ask(rm, `/weft/v1/blobs/${'0'.repeat(64)}`, node, { method: 'PUT', body: 'x' })).status, 401);
  t.is((await ask(rm, '/ws/v1/cluster/info', clientToken('ann'))).status, 200);
  t.is((await ask(rm, '/ws/v1/cluster/info?user.name=bob', clientToken('ann'))).status, 403);
  t.true((rm.view.refusals.entries.get('AUTH_BAD_TOKEN') ?? 0) > 5);
});

test('a browser brings the token once in the address, and then as a cookie that scripts do not see', async (t) => {
  const rm = await start(t, 'token');
  const token = clientToken('ann');
  const first = await ask(rm, `/ws/v1/cluster/info?token=${token}&a=b`);
  t.is(first.status, 302);
  t.is(first.headers.get('location'), '/ws/v1/cluster/info?a=b');
  const cookie = first.headers.get('set-cookie') ?? '';
  t.regex(cookie, /HttpOnly; SameSite=Strict/);
  t.is(
    (await ask(rm, '/ws/v1/cluster/info', undefined, { headers: { cookie: cookie.split(';')[0] ?? '' } })).status,
    200,
  );
  t.is((await ask(rm, '/ws/v1/cluster/info?token=abc.def')).status, 401);
});

test('what a token submits is its user’s, and others see no more than that it is there', async (t) => {
  const rm = await start(t, 'token', capacityFiles(CLOSED));
  const node = new FakeNode(() => rm.url, 'n:1').start();
  t.teardown(() => {
    node.client.close();
  });
  const body = (content: unknown): Asking => ({
    method: 'POST',
    body: JSON.stringify(content),
    headers: { 'content-type': 'application/json' },
  });
  const created = await ask(rm, '/ws/v1/cluster/apps/new-application', clientToken('ann'), { method: 'POST' });
  const id = (JSON.parse(created.text) as { 'application-id': string })['application-id'];
  const entry = [
    { key: 'VIEW_APP', value: 'bob viewers' },
    { key: 'MODIFY_APP', value: 'bob' },
  ];
  const spec = { commands: { command: 'node x' }, 'application-acls': { entry } };
  const submission = submissionOf(id, { 'am-container-spec': spec });
  t.is((await ask(rm, '/ws/v1/cluster/apps', clientToken('ann'), body(submission))).status, 202);
  const { context } = await until('its start', () => node.starts[0]);
  t.is(context.environment['WEFT_AUTHENTICATION'], 'token');
  const path = `/ws/v1/cluster/apps/${id}`;
  const seenBy = async (user: string) => {
    const [one, attempts, events] = await Promise.all(
      [path, `${path}/appattempts`, `/ws/v1/weft/apps/${id}/events`].map((each) => ask(rm, each, clientToken(user))),
    );
    const { app } = JSON.parse(one?.text ?? '') as { app: Record<string, unknown> };
    t.is(app['user'], 'ann');
    return [app['amContainerLogs'] !== undefined, attempts?.status, events?.status];
  };
  for (const user of ['ann', 'bob', 'vic', 'quinn', 'root']) t.deepEqual(await seenBy(user), [true, 200, 200], user);
  t.deepEqual(await seenBy('eve'), [false, 403, 403]);
  const kill = { ...body({ state: 'KILLED' }), method: 'PUT' };
  for (const user of ['eve', 'vic']) t.is((await ask(rm, `${path}/state`, clientToken(user), kill)).status, 403, user);

  const key = context.environment['WEFT_APPLICATION_KEY'] ?? '';
  const own = signToken(key, { kind: 'application', subject: id, expiresMs: systemClock.nowMs() + 60_000 });
  t.is((await ask(rm, `/weft/v1/apps/${id}/appmaster`, own)).status, 404, 'a TaskManager may ask: there is none yet');
  t.is((await ask(rm, path, own)).status, 401, 'and nothing else');
  t.is((await ask(rm, `${path}/state`, clientToken('bob'), kill)).status, 202);
});

test('without tokens access lists are heeded by name', async (t) => {
  const rm = await start(t, 'simple', capacityFiles(CLOSED));
  const node = new FakeNode(() => rm.url, 'n:1').start();
  t.teardown(() => {
    node.client.close();
  });
  const created = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  const id = created.body['application-id'] as string;
  await http(rm, 'POST', '/ws/v1/cluster/apps?user.name=ann', submissionOf(id));
  t.is((await ask(rm, `/proxy/${id}/?user.name=eve`)).status, 403);
  t.is((await ask(rm, `/proxy/${id}/?user.name=ann`)).status, 404, 'it has no pages yet');
  t.is((await ask(rm, `/ws/v1/weft/apps/${id}/explain`)).status, 403, 'nobody in particular');
});
