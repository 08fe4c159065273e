/** An enumerator and its readers, joined without a JobManager; messages come a turn of the event loop later. */
import { UserMetrics } from '../../../runtime/operators/index.js';
import type { Clock } from '../../../runtime/common/clock.js';
import type { WeftError } from '../../../runtime/common/errors/index.js';
import type { ToReader } from '../../../runtime/common/wire/protocols/taskmanager-jobmanager.js';
import { CoordinatedSource } from '../../../runtime/connectors/index.js';
import { EnumeratorHost } from '../../../runtime/connectors/split/enumerator-host.js';
import type { ConnectorStates, SerializedState } from '../../../runtime/connectors/index.js';
import type { Source } from '../../../runtime/functions/index.js';
import { ReaderHarness } from './reader-harness.js';

export interface BenchOptions {
  parallelism?: number;
  clock: Clock;
  restored?: SerializedState;
  restoredSplits?: readonly (readonly unknown[])[];
}

interface BenchReader {
  harness: ReaderHarness;
  source: CoordinatedSource;
  states: KeptStates;
}

/** The one list of a reader. */
class KeptStates implements ConnectorStates {
  readonly isRestored: boolean;
  private readonly kept: { items: unknown[] };
  private participant: { snapshotState(checkpointId: number): void } | undefined;

  constructor(restored: readonly unknown[] | undefined) {
    this.isRestored = restored !== undefined;
    this.kept = { items: [...(restored ?? [])] };
  }

  list(): { items: unknown[] } {
    return this.kept;
  }

  takePart(participant: { snapshotState(checkpointId: number): void }): void {
    this.participant = participant;
  }

  /** What the reader keeps in a checkpoint. */
  snapshot(checkpointId: number): unknown[] {
    this.participant?.snapshotState(checkpointId);
    return [...this.kept.items];
  }
}

export class SourceBench {
  readonly host: EnumeratorHost;
  readonly readers: BenchReader[];
  failure: WeftError | undefined;
  private readonly receivers = new Map<number, (message: ToReader) => void>();

  constructor(source: Source<unknown>, { parallelism = 1, clock, ...options }: BenchOptions) {
    this.host = new EnumeratorHost({
      ...{ source, name: 'Source: Bench', parallelism, clock, restored: options.restored },
      send: (subtask, message) => void setImmediate(() => this.receivers.get(subtask)?.(message)),
      failed: (error) => {
        this.failure = error;
        for (const { harness } of this.readers) harness.outlet.fail(error);
      },
    });
    this.readers = Array.from({ length: parallelism }, (_, subtask) => {
      const harness = new ReaderHarness();
      const states = new KeptStates(options.restoredSplits?.[subtask]);
      const reader = new CoordinatedSource({
        ...{ source, clock, share: { subtask, parallelism }, outlet: harness.outlet },
        states,
        metricGroup: new UserMetrics(() => undefined).groupOf('Source: Bench'),
        link: {
          send: (message) => void setImmediate(() => this.host.receive(subtask, message)),
          listen: (receive) => void this.receivers.set(subtask, receive),
        },
      });
      return { harness, source: reader, states };
    });
  }

  /** Starts the enumerator; readers are started by `drain` or `open`. */
  async start(): Promise<this> {
    await this.host.start();
    return this;
  }

  async open(subtask = 0): Promise<BenchReader> {
    const reader = this.readers[subtask];
    await reader.source.open();
    return reader;
  }

  /** Reads everything, all subtasks at once. @returns the records of each subtask */
  async drain(max?: number): Promise<unknown[][]> {
    await this.start();
    const records = await Promise.all(this.readers.map(({ harness, source }) => harness.drain(source, max)));
    await this.host.close();
    return records;
  }

  async close(): Promise<void> {
    await this.host.close();
    for (const { source } of this.readers) await source.close();
  }
}
