/**
 * What a submission or a launch context may not contain, whoever wrote it. Asked where it comes in (ResourceManager) and
 * again where it takes effect (NodeManager), because an AppMaster may be any program. Pure.
 */
import { ENV } from '../environment.js';

/**
 * The loader, the shell or Node would read these before the program's first own line, and so in the few lines of shell
 * that the NodeManager starts every container with.
 */
const LOADERS =
  /^(?:LD_(?:PRELOAD|AUDIT|DEBUG.*|PROFILE.*)|DYLD_.*|GCONV_PATH|GLIBC_TUNABLES|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|IFS|NODE_(?:REPL_EXTERNAL_MODULE|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED))$/;

/** Options of Node that load or open nothing. */
const HARMLESS_NODE_OPTION =
  /^--(?:max-(?:old-space-size|semi-space-size)=\d+|stack-trace-limit=\d+|unhandled-rejections=[a-z-]+|enable-source-maps|(?:no-|trace-)?warnings|trace-(?:uncaught|deprecation)|no-deprecation)$/;

/** What ResourceManager and NodeManager vouch for: nobody else sets it. */
const VOUCHED: ReadonlySet<string> = new Set([
  ...[ENV.applicationId, ENV.attemptId, ENV.attemptToken, ENV.applicationKey, ENV.applicationToken],
  ...[ENV.resourceManagerUrl, ENV.appMasterUrl, ENV.authentication, ENV.containerId, ENV.nodeManagerUrl, ENV.nodeHost],
  ...[ENV.logDir, ENV.livenessToken, ENV.dist, ENV.home, 'PWD'],
]);

/** As much as Linux takes in one word. */
const MAX_VALUE_BYTES = 128 * 1024 - 1;
const MAX_PATH_BYTES = 1024;

/** Why a container may not have this variable; undefined: it may. */
export function refusedVariable(name: string, value: string): string | undefined {
  if (LOADERS.test(name)) return 'it makes other code run before the program';
  if (value.includes('\0')) return 'its value has a zero byte';
  if (Buffer.byteLength(name) + Buffer.byteLength(value) + 1 > MAX_VALUE_BYTES) return 'it is longer than 128 KB';
  if (name !== 'NODE_OPTIONS') return undefined;
  const bad = value.split(/\s+/).find((word) => word !== '' && !HARMLESS_NODE_OPTION.test(word));
  return bad === undefined ? undefined : `"${bad.slice(0, 100)}" may load or open something`;
}

/** As `refusedVariable`, for what a client submits. */
export function refusedInSubmission(name: string, value: string): string | undefined {
  return VOUCHED.has(name) ? 'only the cluster sets it' : refusedVariable(name, value);
}

/** Why a shipped file may not lie there in a working folder; undefined: it may. Paths are relative, with plain names. */
export function refusedPath(path: string): string | undefined {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it leads out of the folder';
  if (hasControls(path) || path.includes('\\')) return 'it has characters that names of files should not have';
  return Buffer.byteLength(path) > MAX_PATH_BYTES ? `it is longer than ${MAX_PATH_BYTES} bytes` : undefined;
}

/** Control characters would write lines of their own into logs and move the cursor of terminals. */
export function hasControls(text: string): boolean {
  return /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(text);
}
