/** Which partitions a source reads. */
import { WeftError } from '../../../common/errors/index.js';
import { nameOf, type KafkaDriver, type TopicPartition } from '../driver/driver.js';

export type Subscription =
  | { readonly kind: 'topics'; readonly topics: readonly string[] }
  | { readonly kind: 'pattern'; readonly pattern: RegExp }
  | { readonly kind: 'partitions'; readonly partitions: readonly TopicPartition[] };

/** Those that are there now. @throws KafkaError, KAFKA_TOPIC_NOT_FOUND */
export async function partitionsOf(subscription: Subscription, driver: KafkaDriver): Promise<TopicPartition[]> {
  switch (subscription.kind) {
    case 'topics':
      return driver.partitions(subscription.topics);
    case 'pattern': {
      const { pattern } = subscription;
      const topics = (await driver.topics()).filter((topic) => matches(pattern, topic));
      return driver.partitions(topics);
    }
    case 'partitions': {
      const topics = new Set(subscription.partitions.map(({ topic }) => topic));
      const there = new Set((await driver.partitions([...topics])).map(nameOf));
      const missing = subscription.partitions.find((each) => !there.has(nameOf(each)));
      if (missing === undefined) return [...subscription.partitions];
      throw new WeftError('KAFKA_TOPIC_NOT_FOUND', `The partition ${nameOf(missing)} is not there.`, {
        subject: nameOf(missing),
      });
    }
  }
}

/** The whole name, as in Java. */
function matches(pattern: RegExp, topic: string): boolean {
  return new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, '')).test(topic);
}

export function describeSubscription(subscription: Subscription): string {
  switch (subscription.kind) {
    case 'topics':
      return `topic ${subscription.topics.join(', ')}`;
    case 'pattern':
      return `topics ${String(subscription.pattern)}`;
    case 'partitions':
      return `partition ${subscription.partitions.map(nameOf).join(', ')}`;
  }
}
