/**
 * Ten million records into a sink that is slower than its source. The source is held back: it is never ahead by more than
 * the buffers between them hold, and no process grows.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { TestCluster, type Role } from './kit/cluster.js';
import { until } from './kit/until.js';

const RECORDS = 10_000_000;
/** Subtasks of the source and of the sink. */
const PARALLELISM = 2;
/** A record takes at least as many bytes in a buffer. */
const RECORD_BYTES = 100;
const SEGMENT_BYTES = 32 * 1024;
/** A subtask writes its count down after as many records. */
const COUNT_EVERY = 500;
/** Records that a channel between two tasks of one thread holds. */
const THREAD_CHANNEL_RECORDS = 1024;
/** Resident memory counts from here on. */
const WARM_RECORDS = 100_000;
const GROWTH_LIMIT_MB = 50;

/** Counts lie in files of eight bytes, one a subtask, because figures that travel by heartbeat come late. */
const PROGRAM = `
import { openSync, writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { RichMapFunction, RichSinkFunction, StreamExecutionEnvironment, type RuntimeContext } from 'weft-stream';

const [folder, between] = process.argv.slice(2);
interface Row { n: number; text: string }

class Count {
  private readonly value = new Float64Array(1);
  private readonly file: number;
  constructor(name: string, { indexOfThisSubtask }: RuntimeContext) {
    this.file = openSync(folder + '/' + name + '-' + indexOfThisSubtask, 'w');
  }
  /** @returns whether it was written down */
  add(): boolean {
    return ++this.value[0] % ${COUNT_EVERY} === 0 && this.write();
  }
  write(): true {
    writeSync(this.file, this.value, 0, 8, 0);
    return true;
  }
}

class Numbered extends RichMapFunction<number, Row> {
  private count!: Count;
  override open(): void { this.count = new Count('source', this.getRuntimeContext()); }
  map(n: number): Row {
    this.count.add();
    return { n, text: String(n).padStart(${RECORD_BYTES}, '.') };
  }
}

class SlowSink extends RichSinkFunction<Row> {
  private count!: Count;
  override open(): void { this.count = new Count('sink', this.getRuntimeContext()); }
  invoke(): void | Promise<void> {
    if (this.count.add()) return pause(1);
  }
  override close(): void { this.count.write(); }
}

const env = StreamExecutionEnvironment.getExecutionEnvironment();
const rows = env.fromSequence(1, ${RECORDS}).map(new Numbered());
(between === 'keyBy' ? rows.keyBy((row) => row.n) : rows.rebalance()).addSink(new SlowSink());
await env.execute('Slow sink');
`;

class Counts {
  constructor(private readonly folder: string) {}

  total(name: 'source' | 'sink'): number {
    let sum = 0;
    for (let subtask = 0; subtask < PARALLELISM; subtask++) sum += this.read(`${name}-${subtask}`);
    return sum;
  }

  private read(file: string): number {
    try {
      const bytes = readFileSync(join(this.folder, file));
      return bytes.length === 8 ? bytes.readDoubleLE() : 0;
    } catch {
      return 0;
    }
  }
}

/** What a process took at the first 100,000 records, and the most that it took later. */
class Residents {
  private readonly baseMb = new Map<string, number>();
  private readonly mostMb = new Map<string, number>();

  constructor(private readonly cluster: TestCluster) {}

  sample(warm: boolean): void {
    for (const { pid, command, residentMb } of this.cluster.processes()) {
      const name = `${/roles\/(\w+)\.mjs/.exec(command)?.[1] ?? 'command'} ${pid}`;
      if (!warm || !this.baseMb.has(name)) this.baseMb.set(name, residentMb);
      else this.mostMb.set(name, Math.max(residentMb, this.mostMb.get(name) ?? 0));
    }
  }

  growthMb(): Record<string, number> {
    return Object.fromEntries([...this.mostMb].map(([name, mb]) => [name, mb - (this.baseMb.get(name) ?? mb)]));
  }
}

interface Case {
  between: 'rebalance' | 'keyBy';
  slotsPerTaskManager: number;
  taskManagers: number;
  /** Buffers in which records may lie between source and sink: at the inputs, and, towards other processes, at the outputs. */
  buffers: number;
}

/** `taskmanager.network.memory.buffers-per-channel` and `…floating-buffers-per-gate`. */
const PER_CHANNEL = 2;
const FLOATING = 8;
const AT_INPUTS = PARALLELISM * (PARALLELISM * PER_CHANNEL + FLOATING);

const CASES: Case[] = [
  {
    between: 'rebalance',
    slotsPerTaskManager: 1,
    taskManagers: 2,
    buffers: AT_INPUTS + PARALLELISM * (PER_CHANNEL + FLOATING),
  },
  { between: 'keyBy', slotsPerTaskManager: 2, taskManagers: 1, buffers: AT_INPUTS },
];

for (const { between, slotsPerTaskManager, taskManagers, buffers } of CASES) {
  test(`${RECORDS} records through ${between} to a slow sink, in ${taskManagers} TaskManager(s)`, async (t) => {
    t.timeout(240_000);
    const cluster = await TestCluster.start(t);
    const folder = join(cluster.home, 'counts');
    mkdirSync(folder);
    writeFileSync(join(cluster.home, 'job.ts'), PROGRAM);
    const counts = new Counts(folder);
    const residents = new Residents(cluster);

    const run = cluster.spawn('weft', [
      ...['run', '-t', 'yarn-per-job', '-p', String(PARALLELISM)],
      ...[`-Dtaskmanager.numberOfTaskSlots=${slotsPerTaskManager}`, 'job.ts', folder, between],
    ]);
    let ended = false;
    void run.ended.then(() => (ended = true));
    await until('the first records', () => ended || counts.total('sink') > 0);
    t.is(cluster.processes('taskmanager').length, taskManagers, run.errors());

    let lead = 0;
    await until(
      'the job to end',
      () => {
        // The sink is read last: a lead that is seen was there.
        const source = counts.total('source');
        const sink = counts.total('sink');
        lead = Math.max(lead, source - sink);
        residents.sample(sink >= WARM_RECORDS);
        return ended;
      },
      200_000,
    );
    const { code, stderr } = await run.ended;
    t.is(code, 0, stderr);
    t.is(counts.total('sink'), RECORDS);
    const bound = (buffers * SEGMENT_BYTES) / RECORD_BYTES + PARALLELISM * (THREAD_CHANNEL_RECORDS + 2 * COUNT_EVERY);
    t.log(`lead ${lead} of at most ${Math.floor(bound)};`, residents.growthMb());
    t.true(lead <= bound, `the source was ${lead} ahead, the buffers hold ${bound}`);
    t.true(lead > bound / 10, `the source was never held back: ${lead}`);
    assertNoGrowth(t, residents);
  });
}

function assertNoGrowth(t: ExecutionContext, residents: Residents): void {
  const growth = Object.entries(residents.growthMb());
  const roles: Role[] = ['resourcemanager', 'nodemanager', 'appmaster', 'jobmanager', 'taskmanager'];
  for (const role of roles)
    t.true(
      growth.some(([name]) => name.startsWith(role)),
      `${role} was not measured`,
    );
  for (const [name, mb] of growth) t.true(mb <= GROWTH_LIMIT_MB, `${name} grew by ${mb.toFixed(1)} MB`);
}
