/** Finds the partitions of a source, once or again and again, and gives each to the reader that is in charge of it. */
import { systemClock } from '../../../common/clock.js';
import type { SplitEnumerator, SplitEnumeratorContext } from '../../../functions/index.js';
import { nameOf, type KafkaDriver, type PartitionOffset, type TopicPartition } from '../driver/driver.js';
import { kafkaFailure } from '../driver/kafka-error.js';
import { LazyDriver } from '../driver/lazy-driver.js';
import { retrying } from '../driver/retrying.js';
import type { KafkaSplit } from './kafka-split.js';
import { OffsetsInitializer } from './offsets-initializer.js';
import { describeSubscription, partitionsOf, type Subscription } from './subscription.js';

export interface KafkaEnumeratorState {
  /** Names of the partitions that readers have. */
  readonly assigned: readonly string[];
  /** Found, but its reader was not there yet. */
  readonly unassigned: readonly KafkaSplit[];
}

export interface KafkaEnumeratorOptions {
  readonly connect: () => Promise<KafkaDriver>;
  readonly subscription: Subscription;
  readonly group: string | undefined;
  readonly onlyCommitted: boolean;
  readonly starting: OffsetsInitializer;
  /** Where each partition ends; undefined = nowhere. */
  readonly stopping: OffsetsInitializer | undefined;
  /** Looks for new partitions at this interval; undefined = only once. */
  readonly discoveryMs: number | undefined;
  /** Gives up when no broker has answered for so long at the start. */
  readonly patienceMs: number;
}

export class KafkaEnumerator implements SplitEnumerator<KafkaSplit, KafkaEnumeratorState> {
  private readonly assigned: Set<string>;
  private unassigned: KafkaSplit[];
  private readonly driver: LazyDriver;
  /** The partitions of the start are known: none of them is new any more. */
  private discovered: boolean;

  constructor(
    private readonly context: SplitEnumeratorContext<KafkaSplit>,
    private readonly options: KafkaEnumeratorOptions,
    restored: KafkaEnumeratorState | undefined,
  ) {
    this.assigned = new Set(restored?.assigned);
    this.unassigned = [...(restored?.unassigned ?? [])];
    this.discovered = restored !== undefined;
    this.driver = new LazyDriver(options.connect);
  }

  /** @throws KAFKA_… */
  async start(): Promise<void> {
    const { subscription, discoveryMs, patienceMs } = this.options;
    try {
      const first = await retrying({ clock: systemClock, limitMs: patienceMs }, () => this.discover());
      this.take(first);
    } catch (error) {
      const what = describeSubscription(subscription);
      throw kafkaFailure(`The source of ${what} cannot begin`, error, what);
    }
    if (discoveryMs === undefined) return;
    const schedule = { initialDelayMs: discoveryMs, periodMs: discoveryMs };
    this.context.callAsync(
      () => this.discover(),
      // A cluster that cannot be asked now is asked again; readers say so when they cannot read.
      (found, error) => (error === undefined ? this.take(found ?? []) : undefined),
      schedule,
    );
  }

  /** Readers get what is theirs without asking. */
  handleSplitRequest(): void {}

  addSplitsBack(splits: readonly KafkaSplit[]): void {
    for (const split of splits) this.assigned.delete(split.splitId);
    this.unassigned.push(...splits);
    this.assign();
  }

  addReader(subtask: number): void {
    this.assign();
    if (this.discovered && this.options.discoveryMs === undefined) this.context.signalNoMoreSplits(subtask);
  }

  snapshotState(): KafkaEnumeratorState {
    return { assigned: [...this.assigned], unassigned: [...this.unassigned] };
  }

  async close(): Promise<void> {
    await this.driver.close();
  }

  /** The partitions that were not there before, with their offsets. */
  private async discover(): Promise<KafkaSplit[]> {
    const { subscription, starting, stopping, group, onlyCommitted } = this.options;
    const driver = await this.driver.get();
    const known = new Set([...this.assigned, ...this.unassigned.map(({ splitId }) => splitId)]);
    const found = (await partitionsOf(subscription, driver)).filter((each) => !known.has(nameOf(each)));
    if (found.length === 0) return [];
    const lookup = { driver, group, onlyCommitted };
    // Of what comes later, nothing was there when the job started.
    const begin = this.discovered ? OffsetsInitializer.earliest() : starting;
    const starts = await begin.offsetsOf(found, lookup);
    const stops = (await stopping?.offsetsOf(found, lookup)) ?? [];
    return found.flatMap((each) => splitOf(each, starts, stops));
  }

  private take(splits: readonly KafkaSplit[]): void {
    this.discovered = true;
    this.unassigned.push(...splits);
    this.assign();
    if (this.options.discoveryMs !== undefined) return;
    for (const subtask of this.context.registeredReaders()) this.context.signalNoMoreSplits(subtask);
  }

  private assign(): void {
    const { context } = this;
    const readers = new Set(context.registeredReaders());
    const byReader = new Map<number, KafkaSplit[]>();
    const waiting: KafkaSplit[] = [];
    for (const split of this.unassigned) {
      const owner = ownerOf(split, context.currentParallelism);
      if (!readers.has(owner)) {
        waiting.push(split);
        continue;
      }
      byReader.set(owner, [...(byReader.get(owner) ?? []), split]);
      this.assigned.add(split.splitId);
    }
    this.unassigned = waiting;
    if (byReader.size > 0) context.assignSplits(byReader);
  }
}

function splitOf(
  { topic, partition }: TopicPartition,
  starts: readonly PartitionOffset[],
  stops: readonly PartitionOffset[],
): KafkaSplit[] {
  const offsetIn = (offsets: readonly PartitionOffset[]): number | undefined =>
    offsets.find((each) => each.topic === topic && each.partition === partition)?.offset;
  const offset = offsetIn(starts);
  const stopOffset = offsetIn(stops);
  if (offset === undefined) return [];
  const splitId = nameOf({ topic, partition });
  return [{ splitId, topic, partition, offset, ...(stopOffset === undefined ? {} : { stopOffset }) }];
}

/** Partitions of a topic go round the readers, from one that the topic's name says, as in Flink. */
function ownerOf({ topic, partition }: TopicPartition, readers: number): number {
  let hash = 0;
  for (let at = 0; at < topic.length; at++) hash = (Math.imul(hash, 31) + topic.charCodeAt(at)) | 0;
  return (((Math.imul(hash, 31) & 0x7fffffff) % readers) + partition) % readers;
}
