/** The lease of ResourceManagers on one host, with clocks moved by hand. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import type { Leader } from '../../../resourcemanager/ha/leader-lease.js';
import { LeaseState, type LeaseRow } from '../../../resourcemanager/ha/lease-state.js';
import { RegisterLease, type LeaseRegister } from '../../../resourcemanager/ha/register-lease.js';
import { SqliteRegister } from '../../../resourcemanager/ha/sqlite-register.js';
import { isBusy } from '../../../resourcemanager/store/sqlite-database.js';
import { SqliteEngine } from '../../../resourcemanager/store/sqlite-engine.js';
import { newFolder } from '../fixtures.js';

const TERM_MS = 1000;
const row = (renewals: number, epoch = 1): LeaseRow => ({ epoch, holder: 'rm1', address: 'http://a', renewals });

test('a standby takes what was let go, or not renewed for longer than its holder believes in it', (t) => {
  const state = new LeaseState(TERM_MS);
  t.is(state.decide(undefined, 0), 'take');
  t.is(state.decide({ ...row(0), holder: '' }, 0), 'take');
  t.is(state.decide(row(0), 0), 'wait');
  t.is(state.decide(row(0), TERM_MS), 'wait');
  t.is(state.decide(row(1), 1050), 'wait');
  t.is(state.decide(row(1), 2149), 'wait');
  t.is(state.decide(row(1), 2150), 'take');
  t.is(state.decide(row(1, 2), 2200), 'wait');
});

test('a holder believes in its lease from when it asked for it, for a term', (t) => {
  const state = new LeaseState(TERM_MS);
  t.is(state.epochAt(0), undefined);
  state.granted(7, 100);
  t.is(state.epochAt(1099), 7);
  t.is(state.epochAt(1100), undefined);
  state.granted(7, 900);
  t.is(state.epochAt(1899), 7);
  state.lost();
  t.is(state.epochAt(1000), undefined);
});

class MemoryRegister implements LeaseRegister {
  row: LeaseRow | undefined;
  isBroken = false;

  read(): LeaseRow | undefined {
    if (this.isBroken) throw new Error('disk on fire');
    return this.row;
  }

  replace(seen: LeaseRow | undefined, next: LeaseRow): boolean {
    if (this.isBroken) throw new Error('disk on fire');
    if (seen?.epoch !== this.row?.epoch || seen?.renewals !== this.row?.renewals || seen?.holder !== this.row?.holder) {
      return false;
    }
    this.row = next;
    return true;
  }

  close(): void {
    // Nothing is open.
  }
}

/** One ResourceManager with a clock of its own, which can stand still as a stopped process does. */
class Candidate {
  readonly clock = new ManualClock();
  readonly heard: string[] = [];
  leader: Leader | undefined;
  readonly lease: RegisterLease;

  constructor(
    readonly id: string,
    register: LeaseRegister,
  ) {
    const self = (): Leader => ({ id, address: `http://${id}` });
    this.lease = new RegisterLease({
      register,
      clock: this.clock,
      log: silentLogger(),
      self,
      termMs: TERM_MS,
      isCandidate: true,
    });
  }

  start(): Promise<void> {
    return this.lease.start({
      won: ({ epoch }) => this.heard.push(`won ${epoch}`),
      lost: (reason) => this.heard.push(`lost: ${reason}`),
      leaderChanged: (leader) => {
        this.leader = leader;
      },
    });
  }
}

async function pass(ms: number, ...candidates: Candidate[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    for (const { clock } of candidates) clock.advance(50);
    // Let what they asked the register be answered.
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }
}

async function pair(register: LeaseRegister): Promise<[Candidate, Candidate]> {
  const first = new Candidate('rm1', register);
  const second = new Candidate('rm2', register);
  await first.start();
  await second.start();
  return [first, second];
}

test('one leads and the other knows it, for as long as it renews', async (t) => {
  const [first, second] = await pair(new MemoryRegister());
  await pass(10 * TERM_MS, first, second);
  t.deepEqual(first.heard, ['won 1']);
  t.deepEqual(second.heard, []);
  t.deepEqual(second.leader, { id: 'rm1', address: 'http://rm1' });
  t.true(first.lease.isHeld());
  t.false(second.lease.isHeld());
});

test('a leader that was stopped and wakes finds its term over before it does anything', async (t) => {
  const [first, second] = await pair(new MemoryRegister());
  await pass(3 * TERM_MS, first, second);
  await pass(1400, second);
  t.deepEqual(second.heard, ['won 2']);
  // Its clock went on while it was stopped; its timers did not.
  first.clock.advance(1400);
  t.false(first.lease.isHeld());
  t.deepEqual(first.heard, ['won 1', 'lost: it could not be renewed in time']);
  await pass(3 * TERM_MS, first, second);
  t.deepEqual(first.leader, { id: 'rm2', address: 'http://rm2' });
  t.is(second.heard.length, 1);
});

test('a lease that is let go is taken at the next look, and not by who let it go', async (t) => {
  const [first, second] = await pair(new MemoryRegister());
  await first.lease.release(Infinity);
  await pass(TERM_MS / 5, first, second);
  t.deepEqual(second.heard, ['won 2']);
  await second.lease.release(0);
  await pass(TERM_MS / 5, first, second);
  t.deepEqual(second.heard.at(-1), 'won 3');
  await second.lease.stop();
  await first.lease.rejoin();
  t.is(first.heard.at(-1), 'won 4');
});

test('a register that does not answer costs the lease in time, not the process', async (t) => {
  const register = new MemoryRegister();
  const [first, second] = await pair(register);
  register.isBroken = true;
  await pass(1200, first, second);
  t.deepEqual(first.heard, ['won 1', 'lost: it could not be renewed in time']);
  t.deepEqual(second.heard, []);
  register.isBroken = false;
  await pass(2 * TERM_MS, first, second);
  t.is(first.heard.length + second.heard.length, 3);
});

function sqliteFile(t: ExecutionContext): string {
  const folder = newFolder();
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'state.db');
}

test('in SQLite: of two that saw the same row one gets it, and what the earlier epoch writes is refused', (t) => {
  const path = sqliteFile(t);
  const [one, other] = [SqliteRegister.open(path), SqliteRegister.open(path)];
  t.true(one.replace(undefined, row(0)));
  t.false(other.replace(undefined, { ...row(0), holder: 'rm2' }));
  t.deepEqual(other.read(), row(0));

  const old = SqliteEngine.open(path, 1);
  old.commit([{ kind: 'put', table: 'meta', key: 'k', body: 'old' }]);
  t.true(one.replace(row(0), row(1)));
  t.false(other.replace(row(0), { ...row(0, 2), holder: 'rm2' }));
  t.true(other.replace(row(1), { ...row(0, 2), holder: 'rm2' }));
  t.true(
    hasCode(
      t.throws(() => {
        old.commit([{ kind: 'put', table: 'meta', key: 'k', body: 'late' }]);
      }),
      'RM_FENCED',
    ),
  );
  const next = SqliteEngine.open(path, 2);
  t.is(next.read().meta.get('k'), 'old');
  next.commit([{ kind: 'put', table: 'meta', key: 'k', body: 'new' }]);
  t.is(old.read().meta.get('k'), 'new');
  for (const each of [one, other, old, next]) each.close();
});

test('in SQLite: a holder that stopped in the midst of a write is killed by who takes over, and nobody else is', async (t) => {
  const path = sqliteFile(t);
  const standby = SqliteRegister.open(path);
  t.teardown(() => {
    standby.close();
  });
  const register = (name: string): string => new URL(`../../../resourcemanager/${name}.js`, import.meta.url).href;
  const program = `
    import { SqliteRegister } from '${register('ha/sqlite-register')}';
    import { openDatabase } from '${register('store/sqlite-database')}';
    SqliteRegister.open(${JSON.stringify(path)}).replace(undefined, ${JSON.stringify(row(0))});
    globalThis.writing = openDatabase(${JSON.stringify(path)}, 'shared');
    globalThis.writing.exec('BEGIN IMMEDIATE');
    console.log('in the midst');
    setInterval(() => undefined, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => holder.kill('SIGKILL'));
  const exited = once(holder, 'exit');
  await once(holder.stdout, 'data');
  holder.kill('SIGSTOP');
  const taken = { ...row(0, 2), holder: 'rm2' };
  // Nobody is to be killed for a write that is just under way.
  let failure: unknown;
  try {
    standby.replace({ ...row(0), holder: '' }, taken);
  } catch (error) {
    failure = error;
  }
  t.true(isBusy(failure));
  t.is(holder.exitCode ?? holder.signalCode, null);
  t.true(
    hasCode(
      t.throws(() => standby.replace(row(0), taken)),
      'RM_STORE_FAILED',
    ),
  );
  t.is((await exited)[1], 'SIGKILL');
  t.true(standby.replace(row(0), taken));
  t.deepEqual(standby.read(), taken);
});
