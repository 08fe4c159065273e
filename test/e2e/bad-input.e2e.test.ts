/** Whatever a user gets wrong: a clear error that says what, where and what to do, a non-zero exit, nothing hung. */
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { EXAMPLES, TestCluster, jobIdIn, type CommandResult } from './kit/cluster.js';

const WORD_COUNT = join(EXAMPLES, 'word-count.ts');

function refused(t: ExecutionContext, { code, stdout, stderr }: CommandResult, ...says: RegExp[]): void {
  t.not(code, 0);
  for (const words of says) t.regex(stdout + stderr, words);
  t.notRegex(stdout + stderr, /node_modules|dist\/bin/, 'the engine’s own stack is shown');
}

test('commands without a cluster', async (t) => {
  const cluster = TestCluster.prepare(t);
  refused(t, await cluster.weft('run', '-t', 'yarn-per-job', WORD_COUNT), /ResourceManager/, /weft up/);
  refused(t, await cluster.weft('status'), /ResourceManager/);
  refused(t, await cluster.weft('run', '-t', 'remote', '-m', '127.0.0.1:1', WORD_COUNT), /127\.0\.0\.1:1/);
  refused(t, await cluster.weft('foo'), /"foo" is not a valid action/);
  refused(t, await cluster.weft('run', '--nope', WORD_COUNT), /nope/);
  refused(t, await cluster.weft('run', '-p', '0', WORD_COUNT), /parallelism|-p/);
  refused(t, await cluster.weft('run'), /program/i);
  refused(t, await cluster.weft('run', '-t', 'local', 'missing.ts'), /missing\.ts/);
  refused(
    t,
    await cluster.weft('run', '-t', 'local', '-Dparalelism.default=2', WORD_COUNT),
    /Did you mean parallelism\.default/,
  );
  refused(t, await cluster.weft('cancel', 'zzz'), /Cannot parse JobID from "zzz"/);
});

test('programs that cannot run', async (t) => {
  const cluster = TestCluster.prepare(t);
  const write = (name: string, text: string): string => {
    const path = join(cluster.home, name);
    writeFileSync(path, text);
    return path;
  };
  const local = (path: string): Promise<CommandResult> => cluster.weft('run', '-t', 'local', path);
  refused(t, await local(write('syntax.ts', 'const a = 1;\nconst = 2;\n')), /syntax\.ts:2/);
  refused(
    t,
    await local(write('import.ts', "import { x } from 'no-such-package';\nconsole.log(x);\n")),
    /no-such-package/,
    /import\.ts/,
  );
  refused(
    t,
    await local(
      write(
        'throws.ts',
        `import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements(1, 2, 3)
  .map((n) => {
    if (n === 2) throw new RangeError('two is not allowed');
    return n;
  })
  .print();
await env.execute();
`,
      ),
    ),
    /RangeError: two is not allowed/,
    /throws\.ts:5/,
    /Map/,
  );
  refused(
    t,
    await local(write('main.ts', "interface A { b: string }\nconst a = JSON.parse('null') as A;\nconsole.log(a.b);\n")),
    /TypeError/,
    /main\.ts:3/,
  );
  refused(
    t,
    await local(
      write(
        'nosink.ts',
        "import { StreamExecutionEnvironment } from 'weft-stream';\nconst env = StreamExecutionEnvironment.getExecutionEnvironment();\nenv.fromElements(1);\nawait env.execute();\n",
      ),
    ),
    /sink/i,
  );
  refused(t, await local(write('nojob.ts', 'console.log(1);\n')), /execute/);
  refused(
    t,
    await cluster.weft('run', '-t', 'local', WORD_COUNT, '--input', join(cluster.home, 'none.txt')),
    /none\.txt/,
  );
});

test('what a cluster refuses', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1, yarnSite: { 'yarn.nodemanager.resource.memory-mb': '2048' } });
  refused(
    t,
    await cluster.weft('run', '-t', 'yarn-per-job', '-Dyarn.application.queue=nope', WORD_COUNT),
    /queue/i,
    /nope/,
  );
  refused(
    t,
    await cluster.weft('run', '-t', 'yarn-per-job', '-Dtaskmanager.memory.process.size=64g', WORD_COUNT),
    /65536/,
    /2048/,
  );
  refused(t, await cluster.weft('up', '-d'), /already/);
  refused(t, await cluster.weft('app', '-status', 'application_1_0001'), /application_1_0001/);
  refused(t, await cluster.weft('app', '-kill', 'nonsense'), /nonsense/);
  refused(
    t,
    await cluster.weft('run', '-t', 'yarn-session', '-id', 'application_1_0001', WORD_COUNT),
    /application_1_0001/,
  );

  const failing = join(cluster.home, 'throws.ts');
  writeFileSync(
    failing,
    `import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements('a').map((text): string => { throw new Error('no ' + text); }).name('Refuse').print();
await env.execute();
`,
  );
  refused(t, await cluster.weft('run', '-t', 'yarn-per-job', failing), /no a/, /throws\.ts:3/, /Refuse/);
});

test('a taken port is named', async (t) => {
  const blocker = createServer().listen(0, '127.0.0.1');
  t.teardown(() => blocker.close());
  await new Promise((resolve) => blocker.once('listening', resolve));
  const { port } = blocker.address() as { port: number };
  const cluster = TestCluster.prepare(t, { yarnSite: { 'yarn.resourcemanager.webapp.address': `127.0.0.1:${port}` } });
  refused(t, await cluster.weft('rm'), new RegExp(`127\\.0\\.0\\.1:${port}`), /in use/);
});

test('a bundle that was changed on the way is refused', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const { url } = JSON.parse(readFileSync(join(cluster.home, 'cluster', 'resourcemanager.json'), 'utf8')) as {
    url: string;
  };
  const response = await fetch(`${url}/weft/v1/blobs/${'0'.repeat(64)}`, {
    method: 'PUT',
    body: 'not what was promised',
  });
  t.is(response.status, 400);
  t.regex(await response.text(), /hashes to/);
});

test('garbage on every port is refused and disturbs nothing', async (t) => {
  const cluster = await TestCluster.start(t, { nodes: 1 });
  const submitted = await cluster.weft(
    'run',
    '-t',
    'yarn-per-job',
    '-d',
    join(EXAMPLES, 'endless.ts'),
    '--rate',
    '100',
    '--output',
    join(cluster.home, 'out'),
  );
  const manager = await cluster.jobManager();
  await cluster.untilJob(manager, jobIdIn(submitted.stdout), 'RUNNING');
  const before = cluster
    .processes()
    .map(({ pid }) => pid)
    .sort();
  const ports = new Set(cluster.processes().flatMap(({ pid }) => listeningPorts(pid)));
  t.true(ports.size >= 5, `only ${ports.size} ports`);
  // Half of a request on each, for as long as the rest takes.
  const slow = [...ports].flatMap((port) => Array.from({ length: 20 }, () => connect(port, '127.0.0.1')));
  for (const socket of slow) socket.on('error', () => {}).write('GET / HT');
  t.teardown(() => {
    for (const socket of slow) socket.destroy();
  });
  for (const port of ports) for (let i = 0; i < 100; i++) await sendGarbage(port, i);
  await cluster.untilJob(manager, jobIdIn(submitted.stdout), 'RUNNING');
  t.deepEqual(
    cluster
      .processes()
      .map(({ pid }) => pid)
      .sort(),
    before,
  );
  const { nodeManagers } = await cluster.rest<{ nodeManagers: { url: string }[] }>('/weft/v1/cluster');
  const { url } = JSON.parse(readFileSync(join(cluster.home, 'cluster', 'resourcemanager.json'), 'utf8')) as {
    url: string;
  };
  for (const role of [url, nodeManagers[0].url]) {
    const counted = await (await fetch(`${role}/prom`)).text();
    t.regex(counted, /refused_requests_total\{code="AUTH_BAD_TOKEN"\} [1-9]/, role);
    t.regex(counted, /refused_requests_total\{code="HTTP_BAD_REQUEST"\} [1-9]/, role);
  }
  const log = readFileSync(join(cluster.home, 'logs', 'resourcemanager.log'), 'utf8');
  const told = log.split('\n').filter((line) => line.includes('more of it is only counted'));
  t.true(told.length > 0 && told.length < 10, `${told.length} lines about ${ports.size * 100} refusals`);
});

/** The TCP ports on which a process listens, from /proc. */
function listeningPorts(pid: number): number[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const line = readlinkSync(`/proc/${pid}/fd/${fd}`);
    const inode = /^socket:\[(\d+)\]$/.exec(line)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9]))
    .map((fields) => parseInt(fields[1].split(':')[1], 16));
}

/** A WebSocket of one of our protocols, with a token that nobody signed. */
function forgedUpgrade(seed: number): string {
  const paths = ['node', 'appmaster', 'containers', 'liveness', 'jobmanager', 'taskmanager'];
  const claims = { kind: 'node', subject: 'n:1', expiresMs: Number.MAX_SAFE_INTEGER, keyId: 'deadbeef' };
  const token = `${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${'A'.repeat(43)}`;
  return [
    `GET /weft/v1/ws/${paths[Math.floor(seed / 3) % paths.length]} HTTP/1.1`,
    'Host: here',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16, seed).toString('base64')}`,
    `Authorization: Bearer ${seed % 2 === 0 ? token : 'a.b'}`,
    '\r\n',
  ].join('\r\n');
}

async function sendGarbage(port: number, seed: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const bytes = Buffer.from(
      Array.from({ length: 64 + (seed % 7) * 300 }, (_, i) => (i * 7919 + seed * 104_729) & 0xff),
    );
    const socket = connect(port, '127.0.0.1', () => {
      socket.end(
        seed % 3 === 1
          ? forgedUpgrade(seed)
          : seed % 3 === 0
            ? Buffer.concat([Buffer.from('GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'), bytes])
            : bytes,
      );
    });
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}
