/** ResourceManagers that stand by for each other, each asked for itself: what `weft rmadmin` has Hadoop's words for. */
import { userInfo } from 'node:os';
import { loadYarnSite, resourceManagersOf } from '../../runtime/common/config/index.js';
import type { NamedResourceManager } from '../../runtime/common/config/resourcemanagers.js';
import { asWeftError, WeftError } from '../../runtime/common/errors/index.js';
import { WeftHome } from '../../runtime/common/home.js';
import { badArguments } from '../program/option-parser.js';
import { packageFile } from '../program/package-root.js';
import type { Outcome } from './client-command.js';
import { JsonHttp } from './json-http.js';

interface ServiceState {
  id: string;
  state: 'active' | 'standby';
}

/** They are there or they are not; a command need not wait long to know. */
const TIMEOUT_MS = 5000;
/** Width of the first column, as in Hadoop. */
const ADDRESS_WIDTH = 50;

export async function serviceState(id: string): Promise<Outcome> {
  const { state } = await stateOf(named(id));
  return { text: state, result: { id, state } };
}

export async function allServiceStates(): Promise<Outcome> {
  const states = await Promise.all(
    all().map(async (one) => {
      const address = `${one.host}:${one.port}`;
      const state = await stateOf(one).then(
        (answer) => answer.state,
        (error: unknown) => `Failed to connect: ${asWeftError(error).message}`,
      );
      return { id: one.id, address, state };
    }),
  );
  const text = states.map(({ address, state }) => `${address.padEnd(ADDRESS_WIDTH)} ${state}`).join('\n');
  return { text, result: { resourceManagers: states } };
}

/** @param force although failover is automatic. @throws RM_TRANSITION_REFUSED, RM_FORBIDDEN, UNREACHABLE */
export async function transition(id: string, to: ServiceState['state'], force: boolean): Promise<Outcome> {
  const target = named(id);
  if (to === 'active') await requireNoOtherActive(target);
  const user = process.env['HADOOP_USER_NAME'] ?? userInfo().username;
  const path = `/weft/v1/ha/transition?user.name=${encodeURIComponent(user)}`;
  const state = await ask(target, (http) => http.post(path, { to, force }));
  return { text: `${id} is ${to}`, result: state as object };
}

/** Hadoop asks the others first, too; the lease would not let two lead anyway. */
async function requireNoOtherActive(target: NamedResourceManager): Promise<void> {
  for (const other of all()) {
    if (other.id === target.id) continue;
    const found = await stateOf(other).catch(() => undefined);
    if (found?.state !== 'active') continue;
    throw new WeftError('RM_TRANSITION_REFUSED', `transitionToActive: Node ${other.id} is already active.`, {
      hint: `Have it stand by first: weft rmadmin -transitionToStandby ${other.id}`,
    });
  }
}

async function stateOf(target: NamedResourceManager): Promise<ServiceState> {
  return (await ask(target, (http) => http.get('/weft/v1/ha'))) as ServiceState;
}

async function ask({ id, host, port }: NamedResourceManager, question: (http: JsonHttp) => Promise<unknown>) {
  const http = new JsonHttp(`http://${host}:${port}`, { peer: `the ResourceManager ${id}`, timeoutMs: TIMEOUT_MS });
  try {
    return await question(http);
  } finally {
    http.close();
  }
}

/** @throws CLI_BAD_ARGUMENTS where there is one ResourceManager */
function all(): NamedResourceManager[] {
  const found = resourceManagersOf(loadYarnSite(new WeftHome().confDir(packageFile('conf'))));
  if (found.length > 0) return found;
  throw badArguments(
    'Cannot run this command when ResourceManager HA is not enabled (yarn.resourcemanager.ha.enabled).',
  );
}

/** @throws CLI_BAD_ARGUMENTS */
function named(id: string): NamedResourceManager {
  const found = all();
  const one = found.find((each) => each.id === id);
  if (one !== undefined) return one;
  throw badArguments(`There is no ResourceManager ${id}; there is ${found.map((each) => each.id).join(', ')}.`);
}
