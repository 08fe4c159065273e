/** What the rest of Weft sees of the data path: the descriptions that go in, and the writer and gate that come out. */
import type { Refusals } from '../common/security/refusals.js';
import type { Shape } from '../serde/index.js';
import type { Channel, DataAddress, TaskDescriptor } from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { RecordKey, RecordTime } from '../serde/index.js';

export type { Channel, DataAddress, RecordKey, RecordTime, TaskDescriptor };

export type PartitionerName =
  'FORWARD' | 'HASH' | 'REBALANCE' | 'RESCALE' | 'SHUFFLE' | 'BROADCAST' | 'GLOBAL' | 'CUSTOM';

/** What the exchange must know of a job edge; both ends in a TaskManager must be prepared with the same figures. */
export interface ExchangeEdge {
  /** The job edge's id. */
  id: string;
  pattern: 'POINTWISE' | 'ALL_TO_ALL';
  sourceParallelism: number;
  targetParallelism: number;
  /** Whether its producers write files, which its consumers read when all of them have ended. @default false */
  blocking?: boolean;
}

/** How a record finds its channel. Channels are counted in the order of the task descriptor's output. */
export type ChannelSelector<T = unknown> =
  | { kind: Exclude<PartitionerName, 'HASH' | 'CUSTOM'> }
  /** By the key group of the record's key; throws SERDE_BAD_KEY for what has no key form. */
  | { kind: 'HASH'; key: (record: T) => unknown; maxParallelism: number; declaredAt?: string | undefined }
  /** By the user's function; throws EXCHANGE_BAD_PARTITION for a result that is not 0 ≤ n < channels. */
  | {
      kind: 'CUSTOM';
      key: (record: T) => unknown;
      partition: (key: unknown, channels: number) => number;
      /** The user's line, for the error. */
      declaredAt?: string | undefined;
    };

export interface WriterOptions<T = unknown> {
  selector: ChannelSelector<T>;
  /** -1 = only full segments are sent, 0 = each record. @default 100 */
  bufferTimeoutMs?: number;
  /** True: same-thread hand-over passes references; false: copies. @default false */
  objectReuse?: boolean;
  /** 0 ≤ random() < 1; for SHUFFLE and for where REBALANCE starts. */
  random: () => number;
  /** Where the event time of a record stands when it is emitted. @default records have none */
  time?: RecordTime;
  /** A value that only the generic encoding can carry (class instance, mixed types …): once per path. */
  onFallback?: (path: string, reason: string) => void;
  /** Most bytes of one record. @default unlimited */
  maxRecordBytes?: number;
  /** The shape of the records, where it is declared. @default learnt from them */
  shape?: Shape;
}

/** The output of one subtask along one job edge. */
export interface RecordWriter<T = unknown> {
  /**
   * Hands a record on. Always accepts it: what finds no segment goes to an overdraft on the heap, and `available` is false
   * until that is gone; so check `available` before each *input* record.
   * @throws SERDE_BAD_KEY, SERDE_UNSUPPORTED_VALUE, EXCHANGE_BAD_PARTITION
   */
  readonly emit: (record: T) => void;
  /** Whether another input record may be taken. Cheap. False while a channel has an overdraft or a full local queue. */
  readonly available: boolean;
  /**
   * Tries again to move an overdraft into segments that came back; call it when the doorbell has rung while `available`
   * was false.
   * @returns `available`
   * @throws EXCHANGE_PEER_LOST when the other end's TaskManager is gone
   */
  retry(): boolean;
  /**
   * Publishes what is older than the buffer timeout. Call it at least each timeout while records flow.
   * @param nowMs monotonic time
   * @returns the monotonic time when it must be called next, or Infinity when nothing is unpublished
   */
  flushExpired(nowMs: number): number;
  /** Publishes everything that is written. */
  flush(): void;
  /** Sends a control element (watermark, barrier …) down every channel, in band, behind the records before it. */
  broadcastControl(tag: number, payload: Uint8Array, options?: { flush?: boolean }): void;
  /**
   * Cuts every channel for a checkpoint: what is emitted from now on does not belong to it. Its barrier must be sent at once.
   * @returns by channel; undefined where the consumer sees by itself all that belongs before the cut
   */
  cut(checkpointId: number): (ChannelCut | undefined)[];
  /** End of partition on every channel, published at once. Nothing may be emitted afterwards. */
  end(): void;
  /** Whether everything incl. the end has left the overdraft; the thread may go only then. */
  readonly drained: boolean;
  readonly channelCount: number;
  readonly counters: OutputCounters;
}

/** What was on its way in a channel when its consumer's snapshot was taken, as the consumer saw it. */
export interface InFlight {
  /** Where the bytes begin in the channel's stream; wraps at 2³². */
  position: number;
  /** The definition of the shape that holds there. */
  shape: Uint8Array | undefined;
  /** The keys that were told by then, by their numbers. */
  keys: readonly string[];
  bytes: Uint8Array;
}

/** What was on its way in a channel and still with its producer. */
export type InFlightTail = Pick<InFlight, 'position' | 'bytes'>;

/** A copy in the making of what a consumer has not read yet. */
export interface ChannelCapture {
  /** Copies what has come; before each poll of the channel. @returns whether the cut is reached: nothing more belongs to it */
  advance(): boolean;
  /** Once the cut is reached. @returns undefined when there is nothing to keep */
  result(): InFlight | undefined;
  /** Stops copying. */
  release(): void;
}

/** Where a producer has cut a channel. */
export interface ChannelCut {
  /** Whether all that belongs before it is where the consumer sees it, or on its way there. */
  readonly passed: boolean;
  /**
   * Copies what is not, and lets the consumer know that it need not wait for it.
   * @returns undefined when there is nothing
   */
  takeTail(): InFlightTail | undefined;
}

export interface OutputCounters {
  recordsOut: number;
  /** Serialised bytes; 0 for same-thread channels. */
  bytesOut: number;
  /** Segments handed over, full or flushed. */
  buffersOut: number;
}

export interface InputHandler<T = unknown> {
  /** Takes one record. Return `false` to take no further one in this poll (say, because the output is not available). */
  onRecord(record: T): boolean | void;
  /**
   * Takes a control element of a channel; the end of partition is not shown here. The payload is only valid during the call.
   * Return `false` to take nothing further in this poll.
   */
  onControl?(tag: number, payload: Uint8Array, channel: number): boolean | void;
}

/** The input of one subtask along one job edge. */
export interface InputGate<T = unknown> {
  /**
   * Hands at most `maxRecords` records to the handler, channels in turn. Never waits.
   * @returns how many records were handed over; fewer than asked = nothing more is there now (or the handler said stop)
   * @throws EXCHANGE_PEER_LOST, SERDE_CORRUPT
   */
  poll(handler: InputHandler<T>, maxRecords: number): number;
  /** True when every channel has ended and all its records were taken. */
  readonly finished: boolean;
  /** Reads nothing from the channel until it is unblocked (barrier alignment). */
  block(channel: number): void;
  unblock(channel: number): void;
  /**
   * Begins to copy what of a channel belongs before the cut of a checkpoint and is not read yet; to be called at the snapshot.
   * @returns undefined when nothing can come any more
   */
  capture(channel: number, checkpointId: number): ChannelCapture | undefined;
  /** Whether the channel has ended and all its records were taken. */
  ended(channel: number): boolean;
  readonly channelCount: number;
  readonly counters: InputCounters;
}

export interface InputCounters {
  recordsIn: number;
  /** Serialised bytes; 0 for same-thread channels. */
  bytesIn: number;
}

/** Sleeps and wakes a thread by one word of shared memory. */
export interface Doorbell {
  /** The count of rings so far: read it before looking for work, and pass it to `wait`. */
  readonly value: number;
  /** Wakes the owner. Any thread may ring; timers and MessagePort handlers of the owner ring it too. */
  ring(): void;
  /**
   * Resolves when the bell has rung since `value` was `seen`; at once if it already has. Does NOT keep the thread's event
   * loop alive: the owner must hold a referenced handle (a port with a listener).
   */
  wait(seen: number): Promise<void>;
}

/** What a slot thread gets as `workerData`: shared memory and descriptors, all structured-cloneable. Opaque outside `exchange/`. */
export interface SlotSetup {
  readonly jobId: string;
  readonly attempt: number;
  readonly slot: number;
  /** The thread's own. */
  readonly bell: number;
  readonly pool: SharedArrayBuffer;
  readonly doorbells: SharedArrayBuffer;
  readonly segmentBytes: number;
  /** Most bytes of one record. */
  readonly maxRecordBytes: number;
  readonly outputs: readonly OutputSetup[];
  readonly inputs: readonly InputSetup[];
}

export interface OutputSetup {
  /** `<executionId>/<edgeId>`. */
  key: string;
  channels: ChannelSetup[];
}
export interface InputSetup {
  key: string;
  channels: ChannelSetup[];
}
export type ChannelSetup =
  | { kind: 'inline'; channelId: string; producer: number; consumer: number }
  /** A blocking edge: the ring is the thread's own, the records lie in the file. */
  | { kind: 'file'; channelId: string; producer: number; consumer: number; ring: RingSetup; path: string }
  | { kind: 'ring'; channelId: string; producer: number; consumer: number; ring: RingSetup; peer: string };

/** Where a ring lies: its group's control words and its index in the group. */
export interface RingSetup {
  control: SharedArrayBuffer;
  index: number;
}

export interface GateOptions {
  /** Told the event time of each record before the handler gets it. */
  time?: RecordTime;
  /** Told the number of each record's key before the handler gets it. */
  recordKey?: RecordKey;
}

/** The slot thread's side: made once per thread from its set-up. */
export interface SlotNetwork {
  readonly doorbell: Doorbell;
  /** @throws EXCHANGE_UNKNOWN_CHANNEL when the set-up has no such edge */
  createWriter<T>(executionId: string, edgeId: string, options: WriterOptions<T>): RecordWriter<T>;
  /** @throws EXCHANGE_UNKNOWN_CHANNEL when the set-up has no such edge */
  createGate<T>(executionId: string, edgeId: string, options?: GateOptions): InputGate<T>;
}

export interface PrepareSlot {
  jobId: string;
  /** The job's restart count: channels of different attempts never meet. */
  attempt: number;
  slot: number;
  tasks: readonly TaskDescriptor[];
  /** Every job edge that the tasks name. */
  edges: readonly ExchangeEdge[];
}

/** The main thread's side: one per TaskManager. Owns the segments, and moves bytes between rings and sockets. */
export interface TaskManagerNetwork {
  /** What the data port refused. */
  readonly refusals: Refusals;
  /** Starts the data server. @throws PORT_TAKEN */
  listen(): Promise<DataAddress>;
  /**
   * Reserves segments and makes the rings of one slot of a job; connects to the TaskManagers of remote producers.
   * Slots of a job may come in any order.
   * @throws EXCHANGE_INSUFFICIENT_BUFFERS with the figures
   */
  prepareSlot(request: PrepareSlot): SlotSetup;
  /**
   * The slot's thread is gone. `finished`: what it left in its rings is still delivered; `aborted`: it is dropped and the
   * peers are told. Segments go back when every prepared slot of the attempt is released and delivered.
   */
  releaseSlot(jobId: string, attempt: number, slot: number, how: 'finished' | 'aborted'): void;
  /**
   * Brings here what the slot's tasks read over blocking edges and other TaskManagers have; before `prepareSlot`.
   * @throws EXCHANGE_PEER_LOST, EXCHANGE_PARTITION_FAILED
   */
  fetchPartitions(request: PrepareSlot): Promise<void>;
  /** Drops what blocking edges of the job left here. */
  releasePartitions(jobId: string): void;
  /** Drops everything of the job, all attempts and slots. Its threads must be gone. */
  release(jobId: string): void;
  readonly usage: { usedSegments: number; totalSegments: number };
  close(): Promise<void>;
}
