/** The logs of one application from all nodes: printed once, or followed until it is over. */
import { sleep, type Clock } from '../../../runtime/common/clock.js';
import { asWeftError } from '../../../runtime/common/errors/index.js';
import { isOver } from '../../client/application-report.js';
import type { ResourceManagerClient } from '../../client/resourcemanager-client.js';
import { fetchClusterView } from '../cluster-view.js';
import { LogReader } from './log-reader.js';
import { roleOf, rotationOf, shortName, type LogRole, type LogSource } from './log-source.js';
import { mergeByTime } from './merge.js';
import { listLogs } from './node-logs.js';

export interface ApplicationLogsOptions {
  readonly applicationId: string;
  readonly client: ResourceManagerClient;
  readonly clock: Clock;
  /** Only these. */
  readonly role: LogRole | undefined;
  /** Only lines from this time on, epoch milliseconds; those without a time go with the line before them. */
  readonly sinceMs: number | undefined;
  /** Only so many last lines of each file. */
  readonly tail: number | undefined;
  /** Lines as they were written, not rendered for people. */
  readonly raw: boolean;
  print(line: string): void;
  /** What is worth knowing besides. */
  warn(message: string): void;
}

const FOLLOW_POLL_MS = 250;

interface NamedLine {
  timeMs: number;
  text: string;
  name: string;
}

export class ApplicationLogs {
  private readonly readers = new Map<string, LogReader>();
  private readonly warned = new Set<string>();

  constructor(private readonly options: ApplicationLogsOptions) {}

  /** Prints what is there now. @throws when the application is unknown */
  async printAll(): Promise<void> {
    await this.findSources();
    if (this.readers.size === 0) await this.explainNothing();
    await this.printNew(true, (source) => source.sizeBytes);
  }

  /** Prints what is there and what comes, until the application is over. */
  async follow(): Promise<void> {
    const { applicationId, client, clock } = this.options;
    for (;;) {
      // Asked before reading, so that the last words of an application are read after it is known to be over.
      const isLast = isOver(await client.report(applicationId));
      await this.findSources();
      await this.printNew(isLast);
      if (isLast) return;
      await sleep(clock, FOLLOW_POLL_MS);
    }
  }

  private async findSources(): Promise<void> {
    const { applicationId, client, raw, role, tail } = this.options;
    const { nodeManagers } = await fetchClusterView(client.url);
    const isFirst = this.readers.size === 0;
    const found = await Promise.all(nodeManagers.map(({ url }) => this.sourcesOn(url, applicationId)));
    for (const source of found.flat().sort(byPlace)) {
      const key = `${source.containerId}/${source.file}`;
      const known = this.readers.get(key);
      known?.sizedAt(source.sizeBytes);
      if (known !== undefined || (role !== undefined && roleOf(source) !== role)) continue;
      // What was rotated since the beginning has been read before, or is by the reader of its file.
      if (rotationOf(source) > 0 && !isFirst) continue;
      const reader = new LogReader(source, raw);
      if (tail !== undefined) await reader.seekToTail(tail);
      this.readers.set(key, reader);
    }
  }

  private async sourcesOn(nodeUrl: string, applicationId: string): Promise<LogSource[]> {
    try {
      return await listLogs(nodeUrl, applicationId);
    } catch (error) {
      if (!this.warned.has(nodeUrl))
        this.options.warn(`The logs on ${nodeUrl} are missing: ${asWeftError(error).message}`);
      this.warned.add(nodeUrl);
      return [];
    }
  }

  private async printNew(isLast: boolean, limitOf?: (source: LogSource) => number): Promise<void> {
    const readers = [...this.readers.values()];
    const several = new Set(readers.map(({ source }) => shortName(source))).size > 1;
    const sequences = readers.map((reader) => named(reader, isLast, limitOf?.(reader.source)));
    const { sinceMs = -Infinity } = this.options;
    for await (const { name, text, timeMs } of mergeByTime(sequences)) {
      if (timeMs < sinceMs) continue;
      const lines = several ? text.split('\n').map((line) => `${name} | ${line}`) : [text];
      for (const line of lines) this.options.print(line);
    }
  }

  private async explainNothing(): Promise<void> {
    const { applicationId, client } = this.options;
    const { state } = await client.report(applicationId);
    this.options.warn(`${applicationId} (${state}) has left no such logs on the nodes of the cluster.`);
  }
}

async function* named(reader: LogReader, isLast: boolean, limitBytes?: number): AsyncGenerator<NamedLine> {
  const name = shortName(reader.source);
  for await (const line of reader.lines(limitBytes)) yield { ...line, name };
  if (isLast) for (const line of reader.rest()) yield { ...line, name };
}

function byPlace(a: LogSource, b: LogSource): number {
  const [nameA, nameB] = [a, b].map(({ file }) => file.replace(/\.\d+$/, '')) as [string, string];
  return a.containerId.localeCompare(b.containerId) || nameA.localeCompare(nameB) || rotationOf(b) - rotationOf(a);
}
