/**
 * Signed, expiring tokens between roles: `base64url(claims).base64url(HMAC-SHA256)`. The ResourceManager holds the keys
 * of a cluster and issues the tokens; whoever must check one gets the key of that kind with its registration.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { WeftError } from '../errors/index.js';
import { describeMismatch } from '../wire/validators.js';

const Claims = Type.Object({
  /**
   * node: a NodeManager to the ResourceManager. attempt: an AppMaster to the ResourceManager. container: an AppMaster to
   * a NodeManager, to start that container. application: the processes of one application among themselves
   * (JobManager, TaskManagers, data plane). client: a command to a ResourceManager.
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
  /** What else the issuer vouches for, e.g. a container's node and resource. */
  detail: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]))),
});
export type TokenClaims = Static<typeof Claims>;
export type TokenKind = TokenClaims['kind'];

/** A fresh 256-bit key, hex. */
export function newTokenKey(): string {
  return randomBytes(32).toString('hex');
}

export function signToken(key: string, claims: TokenClaims): string {
  const body = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${body}.${sign(key, body)}`;
}

/**
 * The claims of a token that is genuine, of this kind and not expired.
 * @param keys the current key and, while keys roll, the one before
 * @throws AUTH_BAD_TOKEN
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
  if (!keys.some((key) => equal(sign(key, body), signature))) throw refused(kind, 'its signature is wrong');
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
  } catch {
    throw refused(kind, 'it is malformed');
  }
  if (describeMismatch(Claims, claims) !== undefined) throw refused(kind, 'it is malformed');
  const parsed = claims as TokenClaims;
  if (parsed.kind !== kind) throw refused(kind, `it is a ${parsed.kind} token`);
  if (parsed.expiresMs < nowMs) throw refused(kind, 'it has expired');
  return parsed;
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
