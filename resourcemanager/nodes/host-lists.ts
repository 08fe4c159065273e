/** Which hosts may be part of the cluster, as Hadoop's include and exclude files say it. Pure. */
import { XMLParser } from 'fast-xml-parser';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { NodeId } from '../../runtime/common/ids.js';
import { hostOf } from './node.js';

/** Hosts (or `host:port`, one node of several on a machine), with the time that a graceful leave may take, if it is told. */
export type HostList = ReadonlyMap<string, { readonly timeoutMs?: number }>;

export interface HostLists {
  /** Empty: all may. */
  readonly include: HostList;
  readonly exclude: HostList;
}

export const NO_HOST_LISTS: HostLists = { include: new Map(), exclude: new Map() };

/**
 * Names between white space, `#` begins a comment; or, as newer Hadoop has it, `<hosts><host><name>…</name><timeout>seconds
 * </timeout></host></hosts>`.
 * @throws CONFIG_BAD_FILE
 */
export function parseHostList(text: string, path: string): HostList {
  if (text.trimStart().startsWith('<')) return parseXml(text, path);
  const names = text.split('\n').flatMap((line) => line.replace(/#.*/, '').split(/[\s,]+/));
  return new Map(names.filter((name) => name !== '').map((name) => [name, {}]));
}

/** Why the node may not be part of the cluster; undefined = it may. */
export function hostRefusal({ include, exclude }: HostLists, id: NodeId): string | undefined {
  if (entryOf(exclude, id) !== undefined) return 'it is in the exclude file';
  return include.size > 0 && entryOf(include, id) === undefined ? 'it is not in the include file' : undefined;
}

/** The time to leave that the exclude file gives to a node. */
export function timeoutOf({ exclude }: HostLists, id: NodeId): number | undefined {
  return entryOf(exclude, id)?.timeoutMs;
}

function entryOf(list: HostList, id: NodeId): { readonly timeoutMs?: number } | undefined {
  return list.get(id) ?? list.get(hostOf(id));
}

interface HostElement {
  name?: string;
  timeout?: string;
}

function parseXml(text: string, path: string): HostList {
  const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'host' });
  const { hosts } = parser.parse(text) as { hosts?: { host?: HostElement[] } | string };
  const elements = typeof hosts === 'object' ? (hosts.host ?? []) : [];
  const list = new Map<string, { timeoutMs?: number }>();
  for (const { name = '', timeout } of elements) {
    const seconds = timeout === undefined || timeout.trim() === '' ? undefined : Number(timeout);
    if (name.trim() === '' || (seconds !== undefined && !Number.isInteger(seconds))) {
      const message = `${path}: a <host> needs a <name>, and its <timeout> is a whole number of seconds.`;
      throw new WeftError('CONFIG_BAD_FILE', message, { subject: path });
    }
    const names = name.split(/[\s,]+/).filter((word) => word !== '');
    for (const each of names) list.set(each, seconds === undefined || seconds < 0 ? {} : { timeoutMs: seconds * 1000 });
  }
  return list;
}
