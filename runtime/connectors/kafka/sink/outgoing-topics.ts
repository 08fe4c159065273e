/** The partitions of the topics that a sink writes to, with their leaders. */
import type { Clock } from '../../../common/clock.js';
import type { KafkaDriver } from '../driver/driver.js';
import { kafkaFailure } from '../driver/kafka-error.js';
import { retrying } from '../driver/retrying.js';
import { OutgoingPartition } from './outgoing-partition.js';

interface OutgoingTopic {
  readonly topic: string;
  /** Of its partitions, ascending. */
  numbers: readonly number[];
  /** Its partitions by their numbers. */
  readonly byNumber: (OutgoingPartition | undefined)[];
}

export class OutgoingTopics {
  private readonly topics = new Map<string, OutgoingTopic>();
  private partitions: OutgoingPartition[] = [];
  /** That of the record before: mostly that of the next one, too. */
  private last: OutgoingTopic | undefined;

  constructor(
    private readonly driver: KafkaDriver,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {}

  /** Of all topics. */
  all(): readonly OutgoingPartition[] {
    return this.partitions;
  }

  /** The numbers of its partitions, ascending; undefined when the topic was not loaded yet. */
  numbersOf(topic: string): readonly number[] | undefined {
    return this.known(topic)?.numbers;
  }

  partitionOf(topic: string, partition: number): OutgoingPartition | undefined {
    return this.known(topic)?.byNumber[partition];
  }

  /** @throws KAFKA_TOPIC_NOT_FOUND, KAFKA_NOT_AUTHORIZED, KAFKA_UNREACHABLE */
  async load(topic: string): Promise<void> {
    try {
      await retrying({ clock: this.clock, limitMs: this.patienceMs }, () => this.refresh(topic));
    } catch (error) {
      throw kafkaFailure(`The topic ${topic} cannot be written`, error, topic);
    }
  }

  /** Asks for partitions and leaders anew. @throws KafkaError */
  async refresh(topic: string): Promise<void> {
    const found = await this.driver.partitions([topic]);
    const known = this.topics.get(topic) ?? { topic, numbers: [], byNumber: [] };
    this.topics.set(topic, known);
    for (const { partition, leader } of found) {
      const outgoing = (known.byNumber[partition] ??= new OutgoingPartition(topic, partition));
      outgoing.leader = leader;
    }
    known.numbers = [...known.byNumber.keys()].filter((number) => known.byNumber[number] !== undefined);
    this.partitions = [...this.topics.values()].flatMap(({ byNumber }) => byNumber.flatMap((each) => each ?? []));
  }

  private known(topic: string): OutgoingTopic | undefined {
    const { last } = this;
    if (last?.topic === topic) return last;
    return (this.last = this.topics.get(topic));
  }
}
