/** Tokens: what is refused and with which code, and how keys roll without anybody being shut out. */
import { rmSync } from 'node:fs';
import test from 'ava';
import { newTokenKey, signToken, verifyToken } from '../../../runtime/common/security/token.js';
import type { ApplicationAttemptId } from '../../../runtime/common/ids.js';
import type { ContainerRecord } from '../../../resourcemanager/apps/container.js';
import { TokenService } from '../../../resourcemanager/security/token-service.js';
import { newKeyRing, rolledInTime } from '../../../resourcemanager/security/key-ring.js';
import { CLUSTER_KEY, FakeAppMaster, FakeNode, newFolder, startResourceManager, submit, until } from '../fixtures.js';

const DAY_MS = 86_400_000;
const ATTEMPT = 'appattempt_1_0001_000001' as ApplicationAttemptId;

function newService(intervals = { attemptKeyMs: DAY_MS, containerKeyMs: DAY_MS }) {
  const kept = new Map<string, string>();
  const store = {
    meta: (key: string) => kept.get(key),
    setMeta: (key: string, value: string) => void kept.set(key, value),
  };
  return { restart: () => new TokenService(store, () => [CLUSTER_KEY], intervals, 0) };
}

test('what is missing, forged, of another kind or expired is refused, each with its code', (t) => {
  const key = newTokenKey();
  const claims = { kind: 'node', subject: 'n:1', expiresMs: 1000 } as const;
  const token = signToken(key, claims);
  const [body = '', signature = ''] = token.split('.');
  t.is(verifyToken([newTokenKey(), key], 'node', token, 1000).subject, 'n:1');
  const changed = Buffer.from(JSON.stringify({ ...claims, keyId: verifyToken([key], 'node', token, 0).keyId }));
  const bad: [string | undefined, RegExp][] = [
    [undefined, /required/],
    ['', /malformed/],
    [`${token}.x`, /malformed/],
    [`e30.${signature}`, /malformed/],
    [`${body}.${'A'.repeat(43)}`, /signature is wrong/],
    [`${body}.`, /signature is wrong/],
    [
      `${Buffer.from(changed.toString().replace('n:1', 'n:2')).toString('base64url')}.${signature}`,
      /signature is wrong/,
    ],
    [signToken(key, { ...claims, kind: 'client' }), /it is a client token/],
  ];
  for (const [each, message] of bad) {
    t.throws(() => verifyToken([key], 'node', each, 0), { code: 'AUTH_BAD_TOKEN', message });
  }
  t.throws(() => verifyToken([key], 'node', token, 1001), { code: 'AUTH_TOKEN_EXPIRED', message: /1 ms ago/ });
  t.throws(() => verifyToken([newTokenKey()], 'node', token, 0), {
    code: 'AUTH_TOKEN_EXPIRED',
    message: /not in force/,
  });
});

test('keys roll in time, the one before stays good, and both survive a restart', (t) => {
  const cluster = newService();
  const tokens = cluster.restart();
  const first = tokens.attemptToken(ATTEMPT, 0);
  t.false(tokens.tick(DAY_MS - 1));
  t.true(tokens.tick(DAY_MS));
  t.is(tokens.tokenKeys.length, 2);
  const claims = tokens.verifyAttempt(first, DAY_MS);
  t.true(tokens.isAgeing(claims, DAY_MS), 'its AppMaster gets a new one');
  const second = tokens.attemptToken(ATTEMPT, DAY_MS);
  const again = cluster.restart();
  t.deepEqual(again.tokenKeys, tokens.tokenKeys);
  t.false(again.isAgeing(again.verifyAttempt(second, DAY_MS), DAY_MS));
  t.true(again.tick(2 * DAY_MS));
  t.is(again.tokenKeys.length, 2);
  t.throws(() => again.verifyAttempt(first, 2 * DAY_MS), { code: 'AUTH_TOKEN_EXPIRED' });
  t.is(again.verifyAttempt(second, 2 * DAY_MS).subject, ATTEMPT);
});

test('a clock that jumps rolls a key once at most, and never waits for the time that it had come to', (t) => {
  const ring = newKeyRing(1000);
  const ahead = rolledInTime(ring, 400 * DAY_MS, DAY_MS);
  t.is(ahead.keys[1], ring.keys[0]);
  const back = rolledInTime(ahead, 1000, DAY_MS);
  t.deepEqual(back, { keys: ahead.keys, rolledMs: 1000 });
  t.is(rolledInTime(back, 1000 + DAY_MS, DAY_MS).keys[1], ahead.keys[0]);
});

test('a container’s token names node, owner and every resource type', (t) => {
  const resource = { memoryMb: 512, vcores: 2, others: { gpu: 1 } };
  const container = { id: 'container_1_0001_01_000002', nodeId: 'n:1', resource } as unknown as ContainerRecord;
  const tokens = newService().restart();
  const token = tokens.containerToken(container, 'ann', 0);
  const claims = verifyToken(tokens.tokenKeys, 'container', token, 600_000);
  t.like(claims, { subject: container.id, container: { nodeId: 'n:1', user: 'ann', resource } });
  t.throws(() => verifyToken(tokens.tokenKeys, 'container', token, 600_001), { code: 'AUTH_TOKEN_EXPIRED' });
});

test('a connected AppMaster gets a token of the new key, and comes back with it after the old one is gone', async (t) => {
  const folder = newFolder();
  const keyRolls = { attemptKeyMs: 1, containerKeyMs: DAY_MS };
  const rm = await startResourceManager(folder, { settings: { keyRolls } });
  const node = new FakeNode(() => rm.url, 'n:1').start();
  t.teardown(async () => {
    node.client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await submit(rm);
  const { context } = await until('its start', () => node.starts[0]);
  const master = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => master.client.close());
  await until('its registration', () => master.registrations > 0);
  const beat = () => master.client.session.call('heartbeat', { progress: 0, events: [] });
  const renewed = await until('a new token', async () => (await beat()).attemptToken);
  const again = await until('the one after', async () => (await beat()).attemptToken);
  t.not(again, renewed);
  const late = new FakeAppMaster(() => rm.url, context);
  await until('the refusal of the first token', () => late.refused);
  context.environment['WEFT_ATTEMPT_TOKEN'] = again;
  const back = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => back.client.close());
  await until('its registration', () => back.registrations > 0);
});
