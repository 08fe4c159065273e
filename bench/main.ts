/**
 * `npm run bench -- NAME… [--json] [--runs N] [--scale X] [--no-peer]`: measures Weft and, where Java and Maven are there, Flink doing
 * the same work in the same call. What it ran on is printed first; nothing here is a test.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printFigure } from './figure.js';
import type { BenchOptions } from './bench-options.js';
import { benchCheckpointBackpressure } from './checkpoint/backpressure.js';
import { benchCheckpoint } from './checkpoint/index.js';
import { benchHeartbeats } from './heartbeats/index.js';
import { benchKafka } from './kafka/index.js';
import { benchLatency } from './latency/index.js';
import { buildPeer, peerAvailable } from './peer/flink.js';
import { benchRecovery } from './recovery/index.js';
import { benchScheduler } from './scheduler/index.js';
import { benchStartup } from './startup/index.js';
import { benchThroughput } from './throughput/index.js';

const BENCHES: Record<string, (options: BenchOptions) => Promise<void>> = {
  startup: benchStartup,
  checkpoint: benchCheckpoint,
  'checkpoint-backpressure': benchCheckpointBackpressure,
  W1: (options) => benchThroughput('W1', options),
  W2: (options) => benchThroughput('W2', options),
  W3: (options) => benchThroughput('W3', options),
  W4: (options) => benchThroughput('W4', options),
  W5: (options) => benchThroughput('W5', options),
  W6: (options) => benchThroughput('W6', options),
  W7: benchLatency,
  W8: benchRecovery,
  scheduler: benchScheduler,
  heartbeats: benchHeartbeats,
  kafka: benchKafka,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string' },
    scale: { type: 'string', default: '1' },
    'no-peer': { type: 'boolean', default: false },
  },
});

const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
if (positionals.length === 0 || unknown.length > 0) {
  console.error(
    `${unknown.length > 0 ? `There is no benchmark ${unknown.join(', ')}. ` : ''}Name one of: ${Object.keys(BENCHES).join(', ')}.`,
  );
  process.exit(1);
}

const withPeer = !values['no-peer'] && peerAvailable();
if (withPeer && positionals.some((name) => name !== 'scheduler' && name !== 'heartbeats')) buildPeer();
console.error(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.version}; ` +
    `peer: ${withPeer ? 'Apache Flink 2.3.0, Hadoop 3.4.2 from Maven' : 'not run'}`,
);
const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
try {
  for (const name of positionals) {
    await BENCHES[name]({
      ...(values.runs === undefined ? {} : { runs: Number(values.runs) }),
      scale: Number(values.scale),
      withPeer,
      folder,
      report: (result) => printFigure(result, values.json),
    });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
