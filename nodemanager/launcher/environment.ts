/** The clean environment of a container, and the few words that are expanded in what it was given. Pure. */
import { ENV } from '../../runtime/common/environment.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { refusedVariable } from '../../runtime/common/security/launch-rules.js';
import type { LaunchContext } from '../../runtime/common/wire/protocols/shared.js';

/** What a container sees of the NodeManager's own environment. */
const INHERITED = ['PATH', 'HOME', 'USER', 'LOGNAME', 'TZ', 'LC_ALL', 'WEFT_LOG_LEVEL'] as const;

/** Facts about the node and the container that the launch context may refer to. */
export interface LaunchPlace {
  readonly containerId: string;
  readonly livenessToken: string;
  readonly workingDir: string;
  readonly logDir: string;
  readonly temporaryDir: string;
  readonly nodeManagerUrl: string;
  readonly nodeHost: string;
  /** The node binary. */
  readonly nodeBinary: string;
  /** Folder of Weft's role bundles. */
  readonly distDir: string;
  /** WEFT_HOME. */
  readonly home: string;
}

const WORDS = /\{\{(NODE|WEFT_DIST|PWD)\}\}|<LOG_DIR>/g;

/** Expands `{{NODE}}`, `{{WEFT_DIST}}`, `{{PWD}}` and `<LOG_DIR>`, once and nothing else. */
export function expand(text: string, place: LaunchPlace): string {
  return text.replace(WORDS, (_match, word: string | undefined) => {
    if (word === 'NODE') return place.nodeBinary;
    if (word === 'WEFT_DIST') return place.distDir;
    return word === 'PWD' ? place.workingDir : place.logDir;
  });
}

/**
 * The context's values come over what is inherited; what the node vouches for comes over both.
 * @throws ENVIRONMENT_REFUSED
 */
export function containerEnvironment(
  context: LaunchContext,
  place: LaunchPlace,
  own: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const environment: Record<string, string> = { LANG: own['LANG'] ?? 'C.UTF-8', TMPDIR: place.temporaryDir };
  for (const name of INHERITED) {
    const value = own[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(context.environment)) {
    const refusal = refusedVariable(name, value);
    if (refusal !== undefined) {
      throw new WeftError('ENVIRONMENT_REFUSED', `The variable ${name} was refused: ${refusal}.`, { subject: name });
    }
    environment[name] = expand(value, place);
  }
  return {
    ...environment,
    PWD: place.workingDir,
    [ENV.containerId]: place.containerId,
    [ENV.livenessToken]: place.livenessToken,
    [ENV.nodeManagerUrl]: place.nodeManagerUrl,
    [ENV.nodeHost]: place.nodeHost,
    [ENV.logDir]: place.logDir,
    [ENV.dist]: place.distDir,
    [ENV.home]: place.home,
  };
}
