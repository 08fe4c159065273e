/** A split-based source in a subtask: its reader, between the chain that takes records and the enumerator that gives splits. */
import type { Clock } from '../../common/clock.js';
import { instantiate } from '../../common/code-template.js';
import type { FromReader, SerializedSplit, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type {
  MetricGroup,
  OutputTag,
  ReaderOutput,
  Source,
  SourceOutput,
  SourceReader as SplitReader,
  SourceReaderContext,
  SourceSplit,
} from '../../functions/index.js';
import type { ConnectorStates } from '../connector-states.js';
import type { BatchResult, Room, Share, SourceOutlet, SourceReader } from '../source-reader.js';
import { ReaderAlignment } from './reader-alignment.js';
import { deserializeEvent, deserializeSplit, serializeEvent, serializeSplit } from './serialized.js';

/** The way between a reader and its enumerator. */
export interface EnumeratorLink {
  send(message: FromReader): void;
  /** What the enumerator says, from now on. */
  listen(receive: (message: ToReader) => void): void;
}

export interface CoordinatedSourceOptions {
  source: Source<unknown>;
  share: Share;
  outlet: SourceOutlet;
  clock: Clock;
  link: EnumeratorLink;
  /** Keeps the splits that are being read, with their positions. */
  states: ConnectorStates;
  metricGroup: MetricGroup;
  /** See `ReaderAlignmentOptions`. @default false */
  allowUnalignedSplits?: boolean;
}

export class CoordinatedSource implements SourceReader {
  private readonly reader: SplitReader<unknown, SourceSplit>;
  private readonly poll: (max: number) => BatchResult;
  private readonly sleepers = new Set<() => void>();
  private readonly kept: { items: unknown[] };
  private cancelled = false;
  private readonly alignment: ReaderAlignment | undefined;

  /** @throws what `createReader` throws */
  constructor(private readonly options: CoordinatedSourceOptions) {
    const { source, outlet, states } = options;
    this.kept = states.list('splits', 'SPLIT');
    states.takePart(this);
    this.reader = source.createReader(this.context());
    this.poll = instantiate(pollReader)(this.reader, new OutletOutput(outlet), outlet.room, () => this.await());
    this.alignment = this.newAlignment();
  }

  async open(): Promise<void> {
    const { source, link } = this.options;
    const restored = this.kept.items as SerializedSplit[];
    if (restored.length > 0) this.reader.addSplits(restored.map((split) => deserializeSplit(source, split)));
    link.listen((message) => this.receive(message));
    link.send({ type: 'register' });
    await this.reader.start?.();
    this.alignment?.start();
  }

  nextBatch(max: number): BatchResult {
    if (this.alignment?.waits === true) return 'wait';
    const result = this.poll(max);
    if (result === 'end') this.alignment?.ended();
    return result;
  }

  /** The splits that are not read to their end. @throws what the reader throws, SOURCE_BAD_SPLIT */
  snapshotState(checkpointId: number): void {
    const splits = this.reader.snapshotState(checkpointId);
    this.kept.items = splits.map((split) => serializeSplit(this.options.source, split));
  }

  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    await this.reader.notifyCheckpointComplete?.(checkpointId);
  }

  cancel(): void {
    this.cancelled = true;
    this.alignment?.stop();
    for (const end of [...this.sleepers]) end();
  }

  async close(): Promise<void> {
    this.cancel();
    await this.reader.close?.();
  }

  private receive(message: ToReader): void {
    const { source, outlet } = this.options;
    if (this.cancelled) return;
    try {
      if (message.type === 'noMoreSplits') this.reader.notifyNoMoreSplits();
      else if (message.type === 'alignment') this.alignment?.allow(message.maxWatermarkMs);
      else if (message.type === 'event') this.reader.handleSourceEvent?.(deserializeEvent(message.data));
      else this.reader.addSplits(message.splits.map((split) => deserializeSplit(source, split)));
    } catch (error) {
      outlet.fail(error);
    }
  }

  private newAlignment(): ReaderAlignment | undefined {
    const { outlet, clock, link, allowUnalignedSplits = false } = this.options;
    const time = outlet.time.aligned;
    if (time === undefined) return undefined;
    return new ReaderAlignment({
      ...{ time, clock, reader: this.reader, allowUnalignedSplits },
      report: (watermarkMs) => link.send({ type: 'watermark', watermarkMs }),
      resume: outlet.wake,
    });
  }

  private await(): void {
    const { outlet } = this.options;
    this.reader.isAvailable().then(outlet.wake, (error: unknown) => outlet.fail(error));
  }

  private context(): SourceReaderContext {
    const { share, clock, link, metricGroup } = this.options;
    const isCancelled = (): boolean => this.cancelled;
    return {
      ...share,
      metricGroup,
      get isCancelled() {
        return isCancelled();
      },
      sendSplitRequest: () => link.send({ type: 'requestSplit' }),
      sendSourceEventToEnumerator: (event) => link.send({ type: 'event', data: serializeEvent(event) }),
      monotonicMs: () => clock.monotonicMs(),
      sleep: (delayMs) => this.sleep(delayMs),
    };
  }

  private sleep(delayMs: number): Promise<void> {
    if (this.cancelled) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancelTimer();
        this.sleepers.delete(end);
        resolve();
      };
      const cancelTimer = this.options.clock.after(delayMs, end);
      this.sleepers.add(end);
    });
  }
}

/** Template: asks the reader again and again while there is room. */
function pollReader(
  reader: SplitReader<unknown, SourceSplit>,
  output: ReaderOutput<unknown>,
  room: Room,
  onNothing: () => void,
): (max: number) => BatchResult {
  return function nextBatch(max) {
    for (let polls = 0; polls < max; polls++) {
      if (!room.open) return 'more';
      const status = reader.pollNext(output);
      if (status === 'END_OF_INPUT') return 'end';
      if (status === 'MORE_AVAILABLE') continue;
      onNothing();
      return 'wait';
    }
    return 'more';
  };
}

class OutletOutput implements ReaderOutput<unknown> {
  private readonly outputs = new Map<string, SourceOutput<unknown>>();
  /** Whose records come now. */
  private readonly current: CurrentSplit = { splitId: undefined };
  readonly collect: (record: unknown, timestampMs?: number) => void;

  constructor(private readonly outlet: SourceOutlet) {
    this.collect = instantiate(collectInto)(outlet);
  }

  emitWatermark(watermarkMs: number): void {
    this.outlet.time.emitWatermark(watermarkMs);
  }

  markIdle(): void {
    this.outlet.time.markIdle();
  }

  output<X>(tag: OutputTag<X>, record: X): void {
    this.outlet.output(tag, record);
  }

  createOutputForSplit(splitId: string): SourceOutput<unknown> {
    const { outlet, outputs, current } = this;
    let output = outputs.get(splitId);
    if (output === undefined) {
      output = { collect: instantiate(collectFromSplit)(outlet, splitId, current) };
      outputs.set(splitId, output);
      // From now on its event time counts, though it has no record yet.
      outlet.time.enterSplit(splitId);
      current.splitId = splitId;
    }
    return output;
  }

  releaseOutputForSplit(splitId: string): void {
    if (!this.outputs.delete(splitId)) return;
    this.outlet.time.endSplit(splitId);
    this.current.splitId = undefined;
  }
}

interface CurrentSplit {
  splitId: string | undefined;
}

/** Template. */
function collectFromSplit(
  outlet: SourceOutlet,
  splitId: string,
  current: CurrentSplit,
): (record: unknown, timestampMs?: number) => void {
  return function collect(record, timestampMs) {
    if (current.splitId !== splitId) {
      current.splitId = splitId;
      outlet.time.enterSplit(splitId);
    }
    if (timestampMs === undefined) {
      outlet.emitted[0]++;
      outlet.emit(record);
    } else outlet.emitWithTimestamp(record, timestampMs);
  };
}

/** Template. */
function collectInto(outlet: SourceOutlet): (record: unknown, timestampMs?: number) => void {
  return function collect(record, timestampMs) {
    if (timestampMs === undefined) {
      outlet.emitted[0]++;
      outlet.emit(record);
    } else outlet.emitWithTimestamp(record, timestampMs);
  };
}
