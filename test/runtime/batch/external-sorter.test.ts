import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { ExternalSorter } from '../../../runtime/batch/index.js';
import { ManagedMemory, PAGE_BYTES, type MemoryShare } from '../../../runtime/memory/index.js';

interface Entry {
  key: Buffer;
  payload: Buffer;
}

const scratch = mkdtempSync(join(tmpdir(), 'weft-sorter-'));
test.after.always(() => rmSync(scratch, { recursive: true }));
let folders = 0;

function sorterOf(budgetBytes: number): { sorter: ExternalSorter; share: MemoryShare; folder: string } {
  const memory = new ManagedMemory(budgetBytes, 'the plan');
  const share = memory.claim('sort', budgetBytes);
  const folder = join(scratch, String(folders++));
  const tooLittle = (bytes: number) => memory.tooLittle('sort', bytes, budgetBytes);
  return { sorter: new ExternalSorter({ share, folder, tooLittle }), share, folder };
}

function add(sorter: ExternalSorter, { key, payload }: Entry): void {
  const at = sorter.begin(key.length + payload.length);
  sorter.u8.set(key, at);
  sorter.u8.set(payload, at + key.length);
  sorter.commit(at + key.length, at + key.length + payload.length);
}

function sorted(sorter: ExternalSorter): Entry[] {
  const out: Entry[] = [];
  const entries = sorter.finish();
  while (entries.advance()) {
    const { u8, dv, at } = entries.entry;
    const keyEnd = at + 8 + dv.getUint32(at, true);
    const end = keyEnd + dv.getUint32(at + 4, true);
    out.push({ key: Buffer.from(u8.slice(at + 8, keyEnd)), payload: Buffer.from(u8.slice(keyEnd, end)) });
  }
  entries.close();
  return out;
}

/** Each entry as text: quick to compare when there are many. */
const texts = (entries: readonly Entry[]) =>
  entries.map(({ key, payload }) => `${key.toString('hex')} ${payload.toString('hex')}`).join('\n');

const expected = (entries: readonly Entry[]) => entries.toSorted((a, b) => Buffer.compare(a.key, b.key));

/** Numbers that look random and are the same each time. */
function* numbers(): Generator<number> {
  for (let x = 1; ;) yield (x = Math.imul(x, 1103515245) + 12345) >>> 8;
}

function someEntries(count: number, distinct: number, payloadBytes: number): Entry[] {
  const chance = numbers();
  return Array.from({ length: count }, (_, n) => {
    const key = Buffer.from(`key ${(chance.next().value as number) % distinct}`);
    const payload = Buffer.alloc(8 + ((chance.next().value as number) % payloadBytes));
    payload.writeUInt32LE(n);
    return { key, payload };
  });
}

test('any entries come out in order, equal keys as they came', (t) => {
  const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array));
  fc.assert(
    fc.property(fc.array(fc.record({ key: bytes, payload: bytes }), { maxLength: 60 }), (entries) => {
      const { sorter, share } = sorterOf(ExternalSorter.LEAST_BYTES);
      for (const entry of entries) add(sorter, entry);
      t.deepEqual(sorted(sorter), expected(entries));
      t.is(share.usedBytes, 0);
    }),
    { numRuns: 200 },
  );
});

test('long stretches in memory: in order, the wrong way round, all equal, few keys', (t) => {
  const shapes: Record<string, (n: number) => number> = {
    ascending: (n) => n,
    descending: (n) => -n >>> 0,
    equal: () => 7,
    few: (n) => (n * 7919) % 5,
  };
  for (const [shape, keyOf] of Object.entries(shapes)) {
    const { sorter } = sorterOf(16 * 1024 * 1024);
    const entries = Array.from({ length: 20_000 }, (_, n) => {
      const key = Buffer.alloc(4);
      key.writeUInt32BE(keyOf(n));
      const payload = Buffer.alloc(4);
      payload.writeUInt32LE(n);
      return { key, payload };
    });
    for (const entry of entries) add(sorter, entry);
    t.true(texts(sorted(sorter)) === texts(expected(entries)), shape);
    t.is(sorter.spilledRuns, 0);
  }
});

test('many times the budget goes through files, within the budget, and nothing stays behind', (t) => {
  const { sorter, share, folder } = sorterOf(8 * PAGE_BYTES);
  const entries = someEntries(30_000, 3000, 200);
  let most = 0;
  for (const entry of entries) {
    add(sorter, entry);
    most = Math.max(most, share.usedBytes);
  }
  t.true(texts(sorted(sorter)) === texts(expected(entries)));
  t.true(sorter.spilledRuns > 8, `${sorter.spilledRuns} runs, so that runs were merged in steps`);
  t.true(most <= share.budgetBytes);
  t.true(share.spilledBytes > 3_000_000);
  t.is(share.usedBytes, 0);
  t.false(existsSync(folder));
});

test('entries bigger than a page, in memory and in runs', (t) => {
  const { sorter } = sorterOf(20 * PAGE_BYTES);
  const entries = someEntries(40, 10, 3 * PAGE_BYTES);
  for (const entry of entries) add(sorter, entry);
  t.true(texts(sorted(sorter)) === texts(expected(entries)));
  t.true(sorter.spilledRuns > 1);
});

test('an entry that cannot be is refused with the plan', (t) => {
  const { sorter } = sorterOf(8 * PAGE_BYTES);
  add(sorter, { key: Buffer.from('a'), payload: Buffer.alloc(10) });
  const error = t.throws(() => sorter.begin(9 * PAGE_BYTES), { code: 'TASK_MANAGED_MEMORY' });
  t.regex(error.message, /the plan/);
});

test('closing at any time removes the files', (t) => {
  const entries = someEntries(10_000, 100, 200);
  for (const takeSome of [false, true]) {
    const { sorter, folder } = sorterOf(8 * PAGE_BYTES);
    for (const entry of entries) add(sorter, entry);
    t.true(readdirSync(folder).length > 0);
    if (takeSome) sorter.finish().advance();
    sorter.close();
    t.false(existsSync(folder));
  }
});

test('a folder that cannot be written is an error that names it', (t) => {
  const { sorter, folder } = sorterOf(8 * PAGE_BYTES);
  writeFileSync(folder, 'in the way');
  t.throws(() => someEntries(10_000, 100, 200).forEach((entry) => add(sorter, entry)), {
    code: 'TASK_SPILL_FAILED',
    message: new RegExp(folder),
  });
});
