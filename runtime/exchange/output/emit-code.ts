/** The hot path of a writer, generated per edge: choose the channel, encode into it or hand the reference over. */
import { instantiate } from '../../common/code-template.js';
import { KNOWN_KEYS, knownStrings } from '../../common/known-keys.js';
import { evaluate } from '../../serde/codegen.js';
import { hashKey, PutResult, type RecordEncoder } from '../../serde/index.js';
import { WeftError } from '../../common/errors/index.js';
import type { LocalChannel } from '../local-channel.js';
import type { ChannelSelector, RecordTime } from '../types.js';
import { CHANNEL_BITS, keyChannels } from './key-channels.js';
import type { RingOutput } from './ring-output.js';

export interface EmitEnvironment {
  selector: Exclude<ChannelSelector, { kind: 'BROADCAST' }>;
  /** The channels in order; where one is local the other is null. */
  rings: readonly (RingOutput | null)[];
  locals: readonly (LocalChannel | null)[];
  copy: ((record: unknown) => unknown) | undefined;
  random: () => number;
  /** Where the event time of the record at hand stands. */
  time: RecordTime;
  counters: { recordsOut: number };
  /** Undefined until the first record has taught it. */
  put: RecordEncoder['put'] | undefined;
  putTimed: RecordEncoder['putTimed'] | undefined;
  /** The number stands for another key from now on. */
  forgetKey: (number: number) => void;
  /** Takes what `put` would not. */
  slow: (record: unknown, ring: RingOutput) => void;
  /** Whether each record is published at once. */
  eager: boolean;
}

export interface Emitter {
  emit: (record: unknown) => void;
  setPut(put: RecordEncoder['put'], putTimed: RecordEncoder['putTimed']): void;
}

export function makeEmitter(environment: EmitEnvironment): Emitter {
  const { selector, rings, locals, copy, eager } = environment;
  const count = rings.length;
  const handOver = `local.push(${copy === undefined ? 'record' : 'copy(record)'}, time.timestampMs, number);`;
  const encode = `const ring = rings[channel];
    const timestampMs = time.timestampMs;
    if (timestampMs !== timestampMs) {
      if (put === undefined || put(record, ring, key, number) !== ${PutResult.done}) slow(record, ring);
    } else if (
      putTimed === undefined || putTimed(record, ring, key, number, timestampMs) !== ${PutResult.done}
    ) slow(record, ring);
    ${eager ? 'ring.publish();' : ''}`;
  const body = rings.every((ring) => ring === null)
    ? `const local = locals[channel]; ${handOver}`
    : locals.every((local) => local === null)
      ? encode
      : `const local = locals[channel]; if (local !== null) { ${handOver} } else { ${encode} }`;
  const expression = `(() => {
    let next = ${firstChannel(selector, count, environment.random)};
    let put = environment.put;
    let putTimed = environment.putTimed;
    const emit = (record) => {
      ${selectCode(selector, count)}
      ${selector.kind === 'HASH' ? '' : 'const key = undefined; const number = 0;'}
      counters.recordsOut++;
      ${body}
    };
    return { emit, setPut(plain, timed) { put = plain; putTimed = timed; } };
  })()`;
  const keyOf = 'key' in selector ? selector.key : undefined;
  const partition = selector.kind === 'CUSTOM' ? selector.partition : undefined;
  const channelOf = selector.kind === 'HASH' ? hashChannels(selector, count, environment.forgetKey) : undefined;
  const declaredAt = 'declaredAt' in selector ? selector.declaredAt : undefined;
  const { random, time, counters, slow } = environment;
  return evaluate<Emitter>(expression, {
    environment,
    rings,
    locals,
    copy,
    random,
    time,
    counters,
    slow,
    keyOf,
    partition,
    channelOf,
    refuse: (result: unknown) => refuse(result, count, declaredAt),
  });
}

function hashChannels(
  { maxParallelism, declaredAt }: Extract<ChannelSelector, { kind: 'HASH' }>,
  count: number,
  forgetKey: EmitEnvironment['forgetKey'],
) {
  const placed = (error: unknown): unknown => {
    if (!(error instanceof WeftError) || declaredAt === undefined) return error;
    return new WeftError(error.code, error.message.replace(/\.$/, `${where(declaredAt)}.`), { cause: error.cause });
  };
  return instantiate(keyChannels)(hashKey, knownStrings, KNOWN_KEYS, maxParallelism, count, forgetKey, placed);
}

function where(declaredAt: string | undefined): string {
  return declaredAt === undefined ? '' : ` (declared at ${declaredAt})`;
}

function selectCode(selector: EmitEnvironment['selector'], count: number): string {
  switch (selector.kind) {
    case 'HASH':
      return `const key = keyOf(record); const placed = channelOf(key);
        const channel = placed & ${2 ** CHANNEL_BITS - 1}; const number = placed >> ${CHANNEL_BITS};`;
    case 'CUSTOM':
      return `const channel = partition(keyOf(record), ${count});
        if (!(channel >= 0 && channel < ${count} && (channel | 0) === channel)) refuse(channel);`;
    case 'SHUFFLE':
      return `const channel = (random() * ${count}) | 0;`;
    case 'REBALANCE':
    case 'RESCALE':
      return count === 1 ? 'const channel = 0;' : `const channel = next; next = next + 1 === ${count} ? 0 : next + 1;`;
    default:
      return 'const channel = 0;';
  }
}

function firstChannel(selector: EmitEnvironment['selector'], count: number, random: () => number): number {
  return selector.kind === 'REBALANCE' ? Math.floor(random() * count) : 0;
}

function refuse(result: unknown, channels: number, declaredAt: string | undefined): never {
  throw new WeftError(
    'EXCHANGE_BAD_PARTITION',
    `The partitioner returned ${String(result)}, but there are ${channels} channels (0 to ${channels - 1})${where(declaredAt)}.`,
  );
}
