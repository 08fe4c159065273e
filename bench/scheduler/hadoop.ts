/** Hadoop's real schedulers on the same workload, in one JVM without any network: from Maven, built outside the repository. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Throughput } from '../../cli/sls/bench.js';
import { PEER_OUT } from '../peer/build.js';

/** The sources lie beside this file in the repository; this module runs from dist/. */
const PROJECT = fileURLToPath(new URL('../../../bench/scheduler/hadoop/', import.meta.url));
const OUT = join(PEER_OUT, 'hadoop');
/** What Hadoop needs of Java 17. */
const OPENS = ['java.lang', 'java.util'].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);

/** @returns what it measured, by the id of the case */
export function runHadoop(workload: string, runs: number): Map<string, Throughput> {
  const classPath = build();
  const main = ['-Xmx4g', ...OPENS, '-cp', classPath, 'weft.peer.SchedulerBench', workload, String(runs)];
  const output = execFileSync('java', main, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 26,
  });
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  const results = lines.map((line) => JSON.parse(line) as Throughput);
  return new Map(results.map((result) => [result.id, result]));
}

function build(): string {
  const classes = join(OUT, 'classes');
  const classPathFile = join(OUT, 'classpath.txt');
  mkdirSync(classes, { recursive: true });
  const quiet = {
    stdio: ['ignore', process.stderr, process.stderr] as ['ignore', NodeJS.WriteStream, NodeJS.WriteStream],
  };
  if (!existsSync(classPathFile)) {
    const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`];
    execFileSync(
      'mvn',
      ['-q', '-B', '-f', join(PROJECT, 'pom.xml'), `-Dbuild.dir=${join(OUT, 'target')}`, ...goal],
      quiet,
    );
  }
  const jars = readFileSync(classPathFile, 'utf8').trim();
  const source = join(PROJECT, 'src', 'main', 'java', 'weft', 'peer', 'SchedulerBench.java');
  execFileSync('javac', ['-proc:none', '-nowarn', '-d', classes, '-cp', jars, source], quiet);
  return [classes, jars].join(delimiter);
}
