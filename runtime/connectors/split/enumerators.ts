/** The enumerators of all split-based sources of one job, by the ids of their nodes. */
import type { Clock } from '../../common/clock.js';
import type { WeftError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { StreamGraph } from '../../graph/stream-graph.js';
import { EnumeratorHost } from './enumerator-host.js';
import type { SerializedState } from './serialized.js';
import { splitSourceOf } from './split-source-of.js';

export interface EnumeratorsOptions {
  streamGraph: StreamGraph;
  clock: Clock;
  /** By node; of those that are missing the enumerator begins anew. */
  restored: ReadonlyMap<number, SerializedState>;
  send: (node: number, subtask: number, message: ToReader) => void;
  failed: (node: number, error: WeftError) => void;
}

export class Enumerators {
  /**
   * Resolves when each of them runs or has failed. A checkpoint waits for it, as in Flink: its snapshot is then taken, and
   * answered, in one step, so that the answer comes behind all that was assigned before.
   */
  readonly started: Promise<unknown>;
  private readonly hosts = new Map<number, EnumeratorHost>();

  /** Starts all of them; what fails is told. */
  constructor({ streamGraph, clock, restored, send, failed }: EnumeratorsOptions) {
    for (const { id, name, parallelism, operator } of streamGraph.nodes) {
      const source = operator.type === 'source' ? splitSourceOf(operator.source) : undefined;
      if (source === undefined) continue;
      const host = new EnumeratorHost({
        ...{ source, name, parallelism, clock, restored: restored.get(id) },
        send: (subtask, message) => send(id, subtask, message),
        failed: (error) => failed(id, error),
      });
      this.hosts.set(id, host);
    }
    this.started = Promise.all([...this.hosts.values()].map((host) => host.start()));
  }

  fromReader(node: number, subtask: number, message: FromReader): void {
    this.hosts.get(node)?.receive(subtask, message);
  }

  /** See `EnumeratorHost.readerLost`. */
  readerLost(node: number, subtask: number, checkpointId: number | undefined): void {
    this.hosts.get(node)?.readerLost(subtask, checkpointId);
  }

  /** The state of each, by node; not before they have started. @throws SOURCE_ENUMERATOR_FAILED */
  snapshot(checkpointId: number): Map<number, SerializedState> {
    return new Map([...this.hosts].map(([node, host]) => [node, host.snapshot(checkpointId)]));
  }

  notifyCheckpointComplete(checkpointId: number): void {
    for (const host of this.hosts.values()) host.notifyCheckpointComplete(checkpointId);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.hosts.values()].map((host) => host.close()));
  }
}
