/** Where a program is to run, from options, configuration and what was started before. */
import { clusterOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { urlOf } from '../client/resourcemanager-address.js';
import { readSessionProperties, sessionPropertiesFile } from '../client/session-properties.js';

export type Target =
  | { kind: 'local' }
  /** A JobManager by its address. */
  | { kind: 'remote'; url: string }
  | { kind: 'session'; applicationId: string; rememberedBy?: string }
  | { kind: 'per-job' };

/**
 * The target that is named (`-t`, `-m`, `-id`, their keys), else the session that was started last.
 * @throws CLI_NO_TARGET, CLI_NO_SESSION, BAD_ID
 */
export function targetOf(configuration: Configuration, home: WeftHome): Target {
  const named = namedTarget(configuration, home);
  if (named !== undefined) return named;
  const session = rememberedSession(configuration, home);
  if (session !== undefined) return session;
  throw new WeftError('CLI_NO_TARGET', 'It is not said where to run the program, and no session was started before.');
}

/** Undefined when neither options nor configuration name a cluster. */
export function namedTarget(configuration: Configuration, home: WeftHome): Target | undefined {
  const applicationId = configuration.get(yarnOptions.applicationId);
  const address = configuration.get(clusterOptions.restAddress);
  switch (configuration.get(clusterOptions.executionTarget)) {
    case 'local':
      return { kind: 'local' };
    case 'yarn-per-job':
      return { kind: 'per-job' };
    case 'remote':
      if (address !== undefined) return { kind: 'remote', url: urlOf(address) };
      throw new WeftError('CLI_NO_TARGET', 'The target remote needs the address of a JobManager.', {
        hint: 'Give it with -m host:port or -Drest.address=http://host:port.',
      });
    case 'yarn-session':
      if (applicationId !== undefined) return sessionOf(applicationId);
      return rememberedSession(configuration, home) ?? noSession();
    case undefined:
      if (applicationId !== undefined) return sessionOf(applicationId);
      return address === undefined ? undefined : { kind: 'remote', url: urlOf(address) };
  }
}

function sessionOf(applicationId: string): Target {
  return { kind: 'session', applicationId: parseApplicationId(applicationId) };
}

function rememberedSession(configuration: Configuration, home: WeftHome): Target | undefined {
  const file = sessionPropertiesFile(configuration, home);
  const session = readSessionProperties(file);
  return session === undefined
    ? undefined
    : { kind: 'session', applicationId: session.applicationId, rememberedBy: file };
}

function noSession(): never {
  throw new WeftError('CLI_NO_SESSION', 'The target yarn-session needs a session, but no application id was given.');
}
