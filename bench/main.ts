/**
 * `npm run bench -- NAME… [--json] [--runs N] [--no-peer]`: measures Weft and, where Java and Maven are there, Flink doing
 * the same work in the same call. What it ran on is printed first; nothing here is a test.
 */
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { printFigure, type Figure } from './figure.js';
import { peerAvailable } from './peer/flink.js';
import { benchStartup } from './startup/index.js';

export interface BenchOptions {
  runs: number;
  withPeer: boolean;
  report: (figure: Figure) => void;
}

const BENCHES: Record<string, (options: BenchOptions) => Promise<void>> = { startup: benchStartup };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
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
console.error(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 1024 ** 3)} GB, Node ${process.version}; ` +
    `peer: ${withPeer ? 'Apache Flink 2.3.0 from Maven' : 'not run'}; median of ${values.runs} runs`,
);
for (const name of positionals) {
  await BENCHES[name]({
    runs: Number(values.runs),
    withPeer,
    report: (result) => printFigure(result, values.json),
  });
}
