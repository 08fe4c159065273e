/** The partitions of the topics that a sink writes to, with their leaders. */
import type { Clock } from '../../../common/clock.js';
import type { KafkaDriver } from '../driver/driver.js';
import { kafkaFailure } from '../driver/kafka-error.js';
import { retrying } from '../driver/retrying.js';
import { OutgoingPartition } from './outgoing-partition.js';

interface OutgoingTopic {
  /** Ascending. */
  numbers: readonly number[];
  readonly byNumber: Map<number, OutgoingPartition>;
}

export class OutgoingTopics {
  private readonly topics = new Map<string, OutgoingTopic>();
  private partitions: OutgoingPartition[] = [];

  constructor(
    private readonly driver: KafkaDriver,
    private readonly clock: Clock,
    private readonly patienceMs: number,
  ) {}

  /** Of all topics. */
  all(): readonly OutgoingPartition[] {
    return this.partitions;
  }

  /** Undefined when the topic was not loaded yet. */
  numbersOf(topic: string): readonly number[] | undefined {
    return this.topics.get(topic)?.numbers;
  }

  partitionOf(topic: string, partition: number): OutgoingPartition | undefined {
    return this.topics.get(topic)?.byNumber.get(partition);
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
    const known = this.topics.get(topic) ?? { numbers: [], byNumber: new Map<number, OutgoingPartition>() };
    this.topics.set(topic, known);
    for (const { partition, leader } of found) {
      const outgoing = known.byNumber.get(partition) ?? new OutgoingPartition(topic, partition);
      outgoing.leader = leader;
      known.byNumber.set(partition, outgoing);
    }
    known.numbers = [...known.byNumber.keys()].toSorted((a, b) => a - b);
    this.partitions = [...this.topics.values()].flatMap(({ byNumber }) => [...byNumber.values()]);
  }
}
