/**
 * With what a command proves who it is: the token that it was given, or one that it makes for the user who runs it, where
 * that user may read the cluster's key. Each server gets what was meant for it and nothing else.
 */
import { userInfo } from 'node:os';
import { systemClock } from '../../runtime/common/clock.js';
import { hasCode } from '../../runtime/common/errors/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { readClusterKeys } from '../../runtime/common/security/cluster-keys.js';
import { signToken } from '../../runtime/common/security/token.js';

/** A token of a person or a program, from `weft token`. */
const GIVEN = 'WEFT_TOKEN';
/** What a command makes for itself. */
const OWN_LIFE_MS = 3_600_000;

/** Tokens for single servers, by their origin: JobManagers take those of their application only. */
const known = new Map<string, string>();

export function rememberToken(url: string, token: string | undefined): void {
  if (token !== undefined && URL.canParse(url)) known.set(new URL(url).origin, token);
}

/** For a server that gave or needs one of its own; else what the user gave. */
export function tokenFor(url: string): string | undefined {
  return (URL.canParse(url) ? known.get(new URL(url).origin) : undefined) ?? process.env[GIVEN];
}

/** For ResourceManager and NodeManagers; undefined where there is neither a token nor a key, which simple ones need not. */
export function clusterToken(): string | undefined {
  const given = process.env[GIVEN];
  return given ?? makeToken(userName(), OWN_LIFE_MS);
}

/** Undefined where this user may not read the cluster's key. @throws CONFIG_BAD_FILE */
export function makeToken(user: string, lifeMs: number): string | undefined {
  try {
    const [key = ''] = readClusterKeys(new WeftHome().clusterKeyFile);
    return signToken(key, { kind: 'client', subject: user, expiresMs: systemClock.nowMs() + lifeMs });
  } catch (error) {
    if (hasCode(error, 'AUTH_BAD_TOKEN') || (error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
    throw error;
  }
}

/** Whom commands act for: whom the token speaks for, `HADOOP_USER_NAME`, or who runs them. */
export function userName(): string {
  const given = process.env[GIVEN];
  const named = (given === undefined ? undefined : subjectOf(given)) ?? process.env['HADOOP_USER_NAME'] ?? '';
  return named === '' ? userInfo().username : named;
}

/** What the token says of itself; whether it is genuine, its server knows. */
function subjectOf(token: string): string | undefined {
  try {
    const body = Buffer.from(token.split('.')[0] ?? '', 'base64url').toString('utf8');
    return (JSON.parse(body) as { subject?: string }).subject;
  } catch {
    return undefined;
  }
}
