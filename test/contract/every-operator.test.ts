/** No kind of operator that the engine has is without a contract. */
import { existsSync } from 'node:fs';
import test from 'ava';
import { DataStream, type StreamExecutionEnvironment } from '../../runtime/api/index.js';
import type { OperatorSpec, SinkSpec, SourceSpec } from '../../runtime/graph/operator-spec.js';
import type { WindowContents, WindowJoinSpec } from '../../runtime/graph/window-spec.js';
import { streamGraphOf } from '../../runtime/testing/described-job.js';
import type { Contract } from './contract.js';
import { RECORD_CONTRACTS } from './contracts/records.js';
import { SINK_CONTRACTS } from './contracts/sinks.js';
import { SOURCE_CONTRACTS } from './contracts/sources.js';
import { TWO_INPUT_CONTRACTS } from './contracts/two-inputs.js';
import { WINDOW_CONTRACTS } from './contracts/windows.js';
import type { Item } from './items.js';

type Aggregation = Extract<OperatorSpec, { type: 'keyedAggregate' }>['aggregation']['kind'];

type Kind =
  | Exclude<OperatorSpec['type'], 'source' | 'sink' | 'window' | 'windowJoin' | 'keyedAggregate'>
  | `source ${SourceSpec['kind']}`
  | `sink ${SinkSpec['kind']}`
  | `window ${WindowContents['kind']}`
  | `windowJoin ${WindowJoinSpec['group']['kind']}`
  | `keyedAggregate ${Aggregation}`;

const BY_CONTRACT = 'by contract';

/** Every kind that there is, or this does not compile; those that need other processes or threads, with the test that has them. */
const KINDS: Record<Kind, string> = {
  ...{ map: BY_CONTRACT, flatMap: BY_CONTRACT, filter: BY_CONTRACT, process: BY_CONTRACT, keyedProcess: BY_CONTRACT },
  ...{ keyedReduce: BY_CONTRACT, coMap: BY_CONTRACT, coFlatMap: BY_CONTRACT, coProcess: BY_CONTRACT },
  ...{ keyedCoProcess: BY_CONTRACT, intervalJoin: BY_CONTRACT, asyncWait: BY_CONTRACT, firstOfGroup: BY_CONTRACT },
  ...{ sortPartition: BY_CONTRACT, broadcastProcess: BY_CONTRACT, watermarks: BY_CONTRACT },
  'keyedAggregate sum': BY_CONTRACT,
  'keyedAggregate min': BY_CONTRACT,
  'keyedAggregate max': BY_CONTRACT,
  'keyedAggregate minBy': BY_CONTRACT,
  'keyedAggregate maxBy': BY_CONTRACT,
  'window list': BY_CONTRACT,
  'window reduce': BY_CONTRACT,
  'window aggregate': BY_CONTRACT,
  'window field': BY_CONTRACT,
  'windowJoin pairs': BY_CONTRACT,
  'windowJoin flatPairs': BY_CONTRACT,
  'windowJoin groups': BY_CONTRACT,
  'source elements': BY_CONTRACT,
  'source sequence': BY_CONTRACT,
  'source function': BY_CONTRACT,
  'source feedback': BY_CONTRACT,
  'source split': 'test/runtime/testing/split-sources.test.ts',
  'source text-file': 'test/runtime/connectors/text-file-source.test.ts',
  'source socket-text': 'test/runtime/connectors/socket-text-source.test.ts',
  'sink function': BY_CONTRACT,
  'sink committing': BY_CONTRACT,
  'sink text-file': BY_CONTRACT,
  'sink print': BY_CONTRACT,
  'sink feedback': BY_CONTRACT,
  'sink collect': 'test/runtime/testing/mini-cluster.test.ts',
};

function kindOf(operator: OperatorSpec): Kind {
  switch (operator.type) {
    case 'source':
      return `source ${operator.source.kind}`;
    case 'sink':
      return `sink ${operator.sink.kind}`;
    case 'window':
      return `window ${operator.contents.kind}`;
    case 'windowJoin':
      return `windowJoin ${operator.group.kind}`;
    case 'keyedAggregate':
      return `keyedAggregate ${operator.aggregation.kind}`;
    default:
      return operator.type;
  }
}

async function kindsIn(build: (env: StreamExecutionEnvironment) => object): Promise<Kind[]> {
  const { nodes } = await streamGraphOf((env) => {
    const last = build(env);
    if (last instanceof DataStream) last.addSink(() => undefined);
  });
  return nodes.map(({ operator }) => kindOf(operator));
}

test('every kind of operator is held to a contract, or to a test of its own', async (t) => {
  const contracts: Contract[] = [RECORD_CONTRACTS, WINDOW_CONTRACTS, TWO_INPUT_CONTRACTS, SINK_CONTRACTS].flatMap(
    (family) => Object.values(family),
  );
  const input = (env: StreamExecutionEnvironment): DataStream<Item> => env.fromElements<Item>({ key: 'ann', n: 1 });
  const held = new Set<Kind>();
  for (const { pipeline } of contracts) {
    const kinds = await kindsIn((env) => pipeline(input(env), input(env), { folder: 'none', told: [] }));
    // Their own sources and sinks are only the ends of what they are about.
    for (const kind of kinds) if (!kind.startsWith('source')) held.add(kind);
  }
  for (const { build } of Object.values(SOURCE_CONTRACTS)) for (const kind of await kindsIn(build)) held.add(kind);
  for (const [kind, how] of Object.entries(KINDS)) {
    if (how === BY_CONTRACT) t.true(held.has(kind as Kind), `${kind} has no contract`);
    else t.true(existsSync(new URL(`../../../${how}`, import.meta.url)), `${kind}: there is no ${how}`);
  }
});
