/** A real Kafka broker: its jars from Maven Central, kept in the user's cache; ports, folder and process are the test's own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../e2e/kit/until.js';

const run = promisify(execFile);

export const KAFKA_4 = '4.2.0';
export const KAFKA_3 = '3.9.1';

const POM = (version: string): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>weft-stream</groupId><artifactId>kafka-for-tests</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>
`;

/** The folder with the broker's jars; fetched when they are not there yet. */
async function jarsOf(version: string): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weft-stream');
  const jars = join(cache, `kafka-${version}`);
  if (existsSync(jars)) return jars;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'fetching-'));
  writeFileSync(join(work, 'pom.xml'), POM(version));
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(work, 'lib')}`, '-DincludeScope=runtime'];
  await run('mvn', ['-q', '-B', '-f', join(work, 'pom.xml'), ...goal]);
  try {
    // Another test may have been faster.
    if (!existsSync(jars)) renameSync(join(work, 'lib'), jars);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return jars;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.once('listening', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

export interface BrokerOptions {
  /** @default KAFKA_4 */
  version?: string;
  /** Further lines of server.properties. */
  properties?: Record<string, string>;
}

export class KafkaBroker {
  private process: ChildProcess | undefined;

  private constructor(
    readonly bootstrapServers: string,
    private readonly folder: string,
    private readonly jars: string,
    private readonly port: number,
  ) {}

  /** Starts one that answers. */
  static async start({ version = KAFKA_4, properties = {} }: BrokerOptions = {}): Promise<KafkaBroker> {
    const jars = await jarsOf(version);
    const folder = mkdtempSync(join(tmpdir(), 'weft-kafka-'));
    const [port, controllerPort] = await freePorts(2);
    const address = `127.0.0.1:${port}`;
    const settings = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAINTEXT://${address},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://${address}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      'inter.broker.listener.name': 'PLAINTEXT',
      'log.dirs': join(folder, 'data'),
      'offsets.topic.num.partitions': '1',
      'offsets.topic.replication.factor': '1',
      'transaction.state.log.num.partitions': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      'share.coordinator.state.topic.replication.factor': '1',
      'share.coordinator.state.topic.min.isr': '1',
      'group.initial.rebalance.delay.ms': '0',
      // A broker that was killed may come back only when the one that it was counts as dead.
      'broker.session.timeout.ms': '1500',
      'broker.heartbeat.interval.ms': '300',
      'log.retention.ms': '-1',
      'auto.create.topics.enable': 'false',
      ...properties,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    writeFileSync(join(folder, 'server.properties'), `${lines.join('\n')}\n`);
    const broker = new KafkaBroker(address, folder, jars, port);
    const { stdout } = await run('java', [...broker.java, 'kafka.tools.StorageTool', 'random-uuid']);
    const format = ['kafka.tools.StorageTool', 'format', '-t', stdout.trim(), '-c', broker.configuration];
    await run('java', [...broker.java, ...format]);
    await broker.resume();
    return broker;
  }

  /** Starts it again with what it had. */
  async resume(): Promise<void> {
    const child = spawn('java', [...this.java, 'kafka.Kafka', this.configuration], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000)));
    }
    this.process = child;
    await until('the broker to answer', async () => {
      if (child.exitCode !== null) throw new Error(`The broker ended with ${child.exitCode}: ${output}`);
      return await this.answers();
    });
  }

  /** kill -9. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get configuration(): string {
    return join(this.folder, 'server.properties');
  }

  private get java(): string[] {
    return ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', `${this.jars}/*`];
  }

  private async end(signal: 'SIGKILL'): Promise<void> {
    const child = this.process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  /** Whether somebody listens; the broker opens its port last. */
  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: this.port });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
