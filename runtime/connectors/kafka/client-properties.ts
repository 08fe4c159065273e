/** The properties of Kafka's own clients, as far as they mean something here. */
import { WeftError } from '../../common/errors/index.js';
import type { ClientOptions } from './driver/driver.js';

/** As Kafka's clients take them: by their names, values as text, number or boolean. */
export type KafkaProperties = Readonly<Record<string, string | number | boolean>>;

/** What is read somewhere in the connector. */
const READ = [
  ...['bootstrap.servers', 'client.id', 'group.id', 'request.timeout.ms', 'delivery.timeout.ms'],
  ...['security.protocol', 'sasl.mechanism', 'sasl.jaas.config', 'sasl.username', 'sasl.password'],
  ...['ssl.truststore.certificates', 'ssl.keystore.certificate.chain', 'ssl.keystore.key', 'ssl.key.password'],
  ...['isolation.level', 'auto.offset.reset', 'fetch.min.bytes', 'fetch.max.bytes', 'fetch.max.wait.ms'],
  ...['max.partition.fetch.bytes', 'check.crcs', 'partition.discovery.interval.ms', 'commit.offsets.on.checkpoint'],
  ...['acks', 'compression.type', 'batch.size', 'linger.ms', 'max.request.size', 'buffer.memory'],
  ...['transaction.timeout.ms', 'max.in.flight.requests.per.connection'],
] as const;

export type ReadProperty = (typeof READ)[number];

/** Common ones that have no counterpart here, or are always as this connector needs them. */
const WITHOUT_EFFECT = new Set([
  ...['enable.auto.commit', 'auto.commit.interval.ms', 'max.poll.records', 'max.poll.interval.ms'],
  ...['session.timeout.ms', 'heartbeat.interval.ms', 'key.deserializer', 'value.deserializer', 'key.serializer'],
  ...['value.serializer', 'enable.idempotence', 'retries', 'retry.backoff.ms', 'metadata.max.age.ms', 'client.rack'],
  ...['allow.auto.create.topics', 'receive.buffer.bytes', 'send.buffer.bytes', 'reconnect.backoff.ms'],
  ...['ssl.truststore.type', 'ssl.keystore.type', 'ssl.protocol', 'connections.max.idle.ms', 'zookeeper.connect'],
  ...['register.consumer.metrics', 'register.producer.metrics', 'flink.partition-discovery.interval-millis'],
  ...['client.id.prefix', 'socket.timeout.ms', 'max.block.ms', 'transactional.id'],
]);

const known = new Set<string>(READ);

export class PropertyReader {
  constructor(private readonly properties: KafkaProperties) {}

  /** @throws KAFKA_BAD_OPTION for a name that no client of Kafka's has */
  requireKnown(): void {
    for (const name of Object.keys(this.properties)) {
      if (!known.has(name) && !WITHOUT_EFFECT.has(name)) {
        throw badOption(`The property ${name} is unknown.`, name);
      }
    }
  }

  text(name: ReadProperty): string | undefined {
    const value = this.properties[name] as KafkaProperties[string] | null | undefined;
    return value?.toString();
  }

  /** @throws KAFKA_BAD_OPTION unless it is one of these */
  choice<T extends string>(name: ReadProperty, choices: readonly T[], otherwise: T): T {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const found = choices.find((choice) => choice.toLowerCase() === value.toLowerCase());
    if (found === undefined) throw badOption(`${name} is one of ${choices.join(', ')}, not ${value}.`, name);
    return found;
  }

  /** @throws KAFKA_BAD_OPTION unless it is a whole number from `min` */
  number(name: ReadProperty, otherwise: number, min = 0): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!Number.isSafeInteger(number) || number < min) {
      throw badOption(`${name} is a whole number from ${min}, not ${value}.`, name);
    }
    return number;
  }

  flag(name: ReadProperty, otherwise: boolean): boolean {
    return this.choice(name, ['true', 'false'], otherwise ? 'true' : 'false') === 'true';
  }
}

const REQUEST_TIMEOUT_MS = 30_000;

/** How to reach the cluster. @throws KAFKA_BAD_OPTION */
export function clientOptions(properties: PropertyReader, clientId: string): ClientOptions {
  const protocol = properties.choice(
    'security.protocol',
    ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    'PLAINTEXT',
  );
  return {
    brokers: brokersOf(properties.text('bootstrap.servers')),
    clientId: properties.text('client.id') ?? clientId,
    requestTimeoutMs: properties.number('request.timeout.ms', REQUEST_TIMEOUT_MS, 1),
    ...(protocol.endsWith('SSL') ? { tls: tlsOptions(properties) } : {}),
    ...(protocol.startsWith('SASL') ? { sasl: saslOptions(properties) } : {}),
  };
}

function brokersOf(text: string | undefined): string[] {
  const brokers = (text ?? '').split(',').flatMap((each) => each.trim() || []);
  if (brokers.length === 0) throw badOption('bootstrap.servers is missing.', 'bootstrap.servers');
  for (const broker of brokers) {
    if (!/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/.test(broker)) {
      throw badOption(`bootstrap.servers has "${broker}", which is no host:port.`, 'bootstrap.servers');
    }
  }
  return brokers;
}

function tlsOptions(properties: PropertyReader): Record<string, unknown> {
  const parts = {
    ca: properties.text('ssl.truststore.certificates'),
    cert: properties.text('ssl.keystore.certificate.chain'),
    key: properties.text('ssl.keystore.key'),
    passphrase: properties.text('ssl.key.password'),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));
}

function saslOptions(properties: PropertyReader): Record<string, unknown> {
  const mechanism = properties.choice('sasl.mechanism', ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], 'PLAIN');
  const jaas = properties.text('sasl.jaas.config') ?? '';
  const inJaas = (field: string): string | undefined => new RegExp(`\\b${field}="([^"]*)"`).exec(jaas)?.[1];
  const username = properties.text('sasl.username') ?? inJaas('username');
  const password = properties.text('sasl.password') ?? inJaas('password');
  if (username === undefined || password === undefined) {
    throw badOption('SASL needs sasl.username and sasl.password, or a sasl.jaas.config with both.', 'sasl.jaas.config');
  }
  return { mechanism: mechanism.toLowerCase(), username, password };
}

export function badOption(message: string, subject: string): WeftError {
  return new WeftError('KAFKA_BAD_OPTION', message, { subject });
}
