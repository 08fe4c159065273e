/** Whether those who ask over HTTP must prove who they are. Pure. */
import { WeftError } from '../errors/index.js';

/** simple: whoever asks says who it is, as in YARN without Kerberos. token: it brings a signed token. */
export type Authentication = 'simple' | 'token';

/** What `weft.security.authentication` may be. auto: simple on loopback, else token. */
export type AuthenticationChoice = 'auto' | Authentication;

/** @throws AUTH_REQUIRED for simple authentication anywhere but on loopback */
export function authenticationOf(choice: AuthenticationChoice, bindHost: string): Authentication {
  if (isLoopback(bindHost)) return choice === 'token' ? 'token' : 'simple';
  if (choice !== 'simple') return 'token';
  throw new WeftError('AUTH_REQUIRED', `Nothing listens on ${bindHost} without authentication.`, { subject: bindHost });
}

/** Whether only this machine can reach what listens there. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
