/** The ResourceManagers of a cluster that stand by for each other, as `yarn-site.xml` names them. */
import { networkInterfaces, hostname } from 'node:os';
import { WeftError } from '../errors/index.js';
import { highAvailabilityOptions as options, RESOURCE_MANAGER_PREFIXES } from './options/high-availability.js';
import type { YarnConfiguration } from './yarn-site.js';

export interface NamedResourceManager {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** YARN's default. */
const WEBAPP_PORT = 8088;

/** In the order of `yarn.resourcemanager.ha.rm-ids`; empty unless high availability is on. @throws CONFIG_BAD_VALUE */
export function resourceManagersOf(conf: YarnConfiguration): NamedResourceManager[] {
  if (!conf.get(options.enabled)) return [];
  const ids = conf
    .get(options.ids)
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length === 0) throw bad(conf, `${options.enabled.key} is true, and ${options.ids.key} names none.`);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) throw bad(conf, `${options.ids.key} names ${repeated} twice.`);
  return ids.map((id) => ({ id, ...addressOf(conf, id) }));
}

/** Their URLs, separated by commas, as roles hand them to each other; undefined unless high availability is on. */
export function resourceManagerUrls(conf: YarnConfiguration): string | undefined {
  const named = resourceManagersOf(conf);
  return named.length === 0 ? undefined : named.map(({ host, port }) => `http://${host}:${port}`).join(',');
}

/** Those that run on this machine. */
export function onThisMachine(named: readonly NamedResourceManager[]): NamedResourceManager[] {
  const own = new Set(['localhost', hostname()]);
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address } of addresses ?? []) own.add(address);
  return named.filter(({ host }) => own.has(host) || host.startsWith('127.'));
}

function addressOf(conf: YarnConfiguration, id: string): { host: string; port: number } {
  const address = conf.family(RESOURCE_MANAGER_PREFIXES.webappAddress).get(id);
  const host = conf.family(RESOURCE_MANAGER_PREFIXES.hostname).get(id);
  if (address === undefined && host !== undefined) return { host: host.value.trim(), port: WEBAPP_PORT };
  const match = /^(\[[^\]]+\]|[^:\s]+):(\d+)$/.exec(address?.value.trim() ?? '');
  const port = Number(match?.[2]);
  if (match?.[1] !== undefined && port > 0 && port <= 65_535) return { host: match[1], port };
  const key = `${RESOURCE_MANAGER_PREFIXES.webappAddress}${id}`;
  throw bad(conf, address === undefined ? `${key} is not set.` : `${key} is "${address.value}", not host:port.`);
}

function bad(conf: YarnConfiguration, reason: string): WeftError {
  return new WeftError('CONFIG_BAD_VALUE', `${conf.originOf(options.enabled)}: ${reason}`, {
    subject: options.ids.key,
  });
}
