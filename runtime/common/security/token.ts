/**
 * Signed, expiring tokens between roles: `base64url(claims).base64url(HMAC-SHA256)`. The ResourceManager holds the keys
 * of a cluster and issues the tokens; whoever must check one gets the key of that kind with its registration.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { WeftError } from '../errors/index.js';
import { ResourceSchema } from '../wire/protocols/shared.js';
import { describeMismatch } from '../wire/validators.js';

const Claims = Type.Object({
  /**
   * node: a NodeManager to the ResourceManager. attempt: an AppMaster to the ResourceManager. container: an AppMaster to
   * a NodeManager, to start that container. application: the processes of one application among themselves
   * (JobManager, TaskManagers, data plane). client: a person or a command: to the cluster, or to one
   * application.
   */
  kind: Type.Union([
    Type.Literal('node'),
    Type.Literal('attempt'),
    Type.Literal('container'),
    Type.Literal('application'),
    Type.Literal('client'),
  ]),
  /** The id that the token speaks for: a node, attempt, container or application id, or a user. */
  subject: Type.String(),
  /** Epoch milliseconds after which the token is refused. */
  expiresMs: Type.Number(),
  /** Of the key that it is signed with (`keyIdOf`): tells a forged token from one whose key has been rolled away. */
  keyId: Type.String(),
  /** What a client may do in one application, in a token that its key signed. */
  access: Type.Optional(Type.Union([Type.Literal('view'), Type.Literal('modify')])),
  /** What was allocated, in a container's token. Its id, the subject, names the attempt. */
  container: Type.Optional(
    Type.Object({
      /** Where it may be started, and nowhere else. */
      nodeId: Type.String(),
      /** Whose application it is. */
      user: Type.String(),
      /** Every resource type, also those besides memory and virtual cores. */
      resource: ResourceSchema,
    }),
  ),
});
export type TokenClaims = Static<typeof Claims>;
export type TokenKind = TokenClaims['kind'];

/** A fresh 256-bit key, hex. */
export function newTokenKey(): string {
  return randomBytes(32).toString('hex');
}

export function signToken(key: string, claims: Omit<TokenClaims, 'keyId'>): string {
  const body = Buffer.from(JSON.stringify({ ...claims, keyId: keyIdOf(key) })).toString('base64url');
  return `${body}.${sign(key, body)}`;
}

/** Names a key without telling it. */
export function keyIdOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 8);
}

/**
 * The claims of a token that is genuine, of this kind and not expired.
 * @param keys the current key and, while keys roll, the one before
 * @param nowMs epoch milliseconds
 * @throws AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED when its time is over, or its key has been rolled away
 */
export function verifyToken(
  keys: readonly string[],
  kind: TokenKind,
  token: string | undefined,
  nowMs: number,
): TokenClaims {
  if (token === undefined) throw new WeftError('AUTH_BAD_TOKEN', `A ${kind} token is required.`);
  const [body, signature, rest] = token.split('.');
  if (body === undefined || signature === undefined || rest !== undefined) throw refused(kind, 'it is malformed');
  const claims = claimsIn(body);
  if (claims === undefined) throw refused(kind, 'it is malformed');
  const key = keys.find((candidate) => keyIdOf(candidate) === claims.keyId);
  if (key === undefined) throw expired(kind, `its key (${claims.keyId.slice(0, 8)}) is not in force`);
  if (!equal(sign(key, body), signature)) throw refused(kind, 'its signature is wrong');
  if (claims.kind !== kind) throw refused(kind, `it is a ${claims.kind} token`);
  if (claims.expiresMs < nowMs) throw expired(kind, `its time was over ${nowMs - claims.expiresMs} ms ago`);
  return claims;
}

/** What the body says, whoever wrote it. */
function claimsIn(body: string): TokenClaims | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    return describeMismatch(Claims, claims) === undefined ? (claims as TokenClaims) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws TypeError for a key that is not in hexadecimal digits: read as such it would be shorter, or empty */
function sign(key: string, body: string): string {
  if (!/^(?:[0-9a-f]{2})+$/i.test(key)) throw new TypeError('A token key is written in hexadecimal digits.');
  return createHmac('sha256', Buffer.from(key, 'hex')).update(body).digest('base64url');
}

function equal(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

function refused(kind: TokenKind, why: string): WeftError {
  return new WeftError('AUTH_BAD_TOKEN', `The ${kind} token was refused: ${why}.`);
}

function expired(kind: TokenKind, why: string): WeftError {
  return new WeftError('AUTH_TOKEN_EXPIRED', `The ${kind} token was refused: ${why}.`);
}
