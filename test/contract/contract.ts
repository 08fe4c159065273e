/**
 * What holds for every built-in operator, whatever it does: however its records come (one at a time, all at once), whatever
 * room its consumer has (always, or none every other time), with objects reused or not, and if it is stopped after each
 * step and goes on from its snapshot elsewhere, the outcome is the same, and no record is taken without room.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { DataStream, OutputTag } from '../../runtime/api/index.js';
import { ManualClock } from '../../runtime/common/clock.js';
import {
  operatorHarness,
  twoInputOperatorHarness,
  type HarnessOptions,
  type OneInputOperatorHarness,
} from '../../runtime/testing/index.js';
import type { Item } from './items.js';
import { RECORDS, type Step } from './steps.js';

/** Where what an operator does besides emitting can be seen; each run has its own. */
export interface World {
  readonly folder: string;
  readonly told: string[];
}

export interface Contract {
  pipeline: (first: DataStream<Item>, second: DataStream<Item>, world: World) => object;
  /** @default 1 */
  inputs?: 1 | 2;
  /** What happens to it. @default RECORDS */
  steps?: readonly Step[];
  /** How many records one step leads to at most. @default 1 */
  fanOut?: number;
  sideOutput?: OutputTag<unknown>;
  /** Without the engine: what must come out of the items. */
  expected?: (items: readonly Item[]) => unknown[];
  /** The order of its results is nobody's promise. */
  unordered?: boolean;
  /** Several of its keys fire at the same time, in an order that a restore may change. */
  firesKeysTogether?: boolean;
  /** What it has written once its input has ended, of operators that emit nothing. */
  written?: (world: World) => unknown;
  /** Goes on from a snapshot as if nothing had been. @default true */
  restores?: boolean;
}

interface Outcome {
  output: unknown[];
  side: unknown[];
  written: unknown;
  peakRecords: number;
}

interface Driver {
  harness: Pick<
    OneInputOperatorHarness<Item, unknown>,
    'snapshot' | 'cancel' | 'close' | 'getOutput' | 'getSideOutput' | 'setProcessingTime' | 'until'
  > & {
    readonly peakRecordsWithoutRoom: number;
    notifyOfCompletedCheckpoint: OneInputOperatorHarness<Item, unknown>['notifyOfCompletedCheckpoint'];
  };
  element: (input: 0 | 1, item: Item, at: number | undefined) => void;
  watermark: (input: 0 | 1, watermarkMs: number) => void;
}

type How = 'step by step' | 'all at once' | 'restored after each step';

/** Each restore builds the operator anew, so fewer steps must do. */
const RESTORED_STEPS = 40;

async function open(contract: Contract, world: World, options: HarnessOptions): Promise<Driver> {
  if (contract.inputs !== 2) {
    const harness = await operatorHarness<Item, unknown>((input) => contract.pipeline(input, input, world), options);
    return {
      harness,
      element: (_, item, at) => harness.processElement(item, at),
      watermark: (_, watermarkMs) => harness.processWatermark(watermarkMs),
    };
  }
  const harness = await twoInputOperatorHarness<Item, Item, unknown>(
    (first, second) => contract.pipeline(first, second, world),
    options,
  );
  return {
    harness,
    element: (input, item, at) => (input === 0 ? harness.processElement1(item, at) : harness.processElement2(item, at)),
    watermark: (input, watermarkMs) =>
      input === 0 ? harness.processWatermark1(watermarkMs) : harness.processWatermark2(watermarkMs),
  };
}

/** One life of the operator: from its opening, or a snapshot, to its end. */
class Run {
  private readonly world: World = { folder: mkdtempSync(join(tmpdir(), 'weft-contract-')), told: [] };
  private readonly clock = new ManualClock();
  private readonly watermarks: [number?, number?] = [];
  private readonly outcome: Outcome = { output: [], side: [], written: undefined, peakRecords: 0 };

  constructor(
    private readonly contract: Contract,
    private readonly options: HarnessOptions,
  ) {}

  async through(steps: readonly Step[], how: How): Promise<Outcome> {
    try {
      let driver = await this.open();
      for (const step of steps) {
        this.take(driver, step);
        if (how === 'restored after each step') driver = await this.restored(driver);
      }
      await driver.harness.close();
      this.collect(driver);
      return { ...this.outcome, written: this.contract.written?.(this.world) };
    } finally {
      rmSync(this.world.folder, { recursive: true });
    }
  }

  /** As `through` for records alone, which are all there before the operator works. */
  async atOnce(items: readonly Item[]): Promise<Outcome> {
    const driver = await this.open();
    (driver.harness as OneInputOperatorHarness<Item, unknown>).processElements(items.map((item) => ({ ...item })));
    await driver.harness.close();
    this.collect(driver);
    const written = this.contract.written?.(this.world);
    rmSync(this.world.folder, { recursive: true });
    return { ...this.outcome, written };
  }

  private open(options: HarnessOptions = {}): Promise<Driver> {
    const { sideOutput } = this.contract;
    const sideOutputs = sideOutput === undefined ? [] : [sideOutput];
    return open(this.contract, this.world, { ...this.options, ...options, sideOutputs, clock: this.clock });
  }

  private take({ element, watermark, harness }: Driver, step: Step): void {
    const { input = 0 } = step;
    if (step.item !== undefined) element(input, { ...step.item }, step.at);
    if (step.timeMs !== undefined) harness.setProcessingTime(step.timeMs);
    if (step.watermarkMs !== undefined) {
      watermark(input, step.watermarkMs);
      this.watermarks[input] = step.watermarkMs;
    }
  }

  /** As after a failure: sources say again how far they have come. */
  private async restored(before: Driver): Promise<Driver> {
    const snapshot = await before.harness.snapshot();
    // What leaves from now on leaves again when the snapshot is gone on from.
    this.collect(before);
    await before.harness.notifyOfCompletedCheckpoint(snapshot);
    await before.harness.cancel();
    const driver = await this.open({ restore: snapshot });
    for (const [input, watermarkMs] of this.watermarks.entries()) {
      if (watermarkMs !== undefined) driver.watermark(input as 0 | 1, watermarkMs);
    }
    return driver;
  }

  private collect({ harness }: Driver): void {
    const { outcome, contract } = this;
    outcome.output.push(...harness.getOutput());
    if (contract.sideOutput !== undefined) outcome.side.push(...harness.getSideOutput(contract.sideOutput));
    outcome.peakRecords = Math.max(outcome.peakRecords, harness.peakRecordsWithoutRoom);
  }
}

const OPTIONS: readonly HarnessOptions[] = (['unbounded', 'one-buffer'] as const).flatMap((output) =>
  [false, true].map((objectReuse) => ({ output, objectReuse })),
);

/** Holds the operator to its contract. */
export function holds(name: string, contract: Contract): void {
  const { steps = RECORDS, restores = true, inputs = 1 } = contract;
  test(name, async (t) => {
    const items = steps.flatMap(({ item }) => item ?? []);
    const outcomes = new Map<string, Outcome>();
    for (const options of OPTIONS) {
      const how = `${options.output}, object reuse ${options.objectReuse}`;
      outcomes.set(`${how}, step by step`, await new Run(contract, options).through(steps, 'step by step'));
      if (inputs === 1 && items.length === steps.length) {
        outcomes.set(`${how}, all at once`, await new Run(contract, options).atOnce(items));
      }
    }
    same(t, contract, outcomes);
    const [first] = outcomes.values();
    t.true((first?.output.length ?? 0) > 0 || contract.written !== undefined);
    if (contract.expected !== undefined) t.deepEqual(first?.output, contract.expected(items));
    if (contract.sideOutput !== undefined) t.true((first?.side.length ?? 0) > 0);
    if (!restores) return;
    const few = steps.slice(0, RESTORED_STEPS);
    const restored = new Map<string, Outcome>();
    for (const how of ['step by step', 'restored after each step'] as const) {
      restored.set(how, await new Run(contract, { output: 'one-buffer' }).through(few, how));
    }
    const { unordered = false, firesKeysTogether = false } = contract;
    same(t, { ...contract, unordered: unordered || firesKeysTogether }, restored);
  });
}

function same(t: ExecutionContext, contract: Contract, outcomes: ReadonlyMap<string, Outcome>): void {
  const { unordered = false, fanOut = 1 } = contract;
  const inOrder = (records: unknown[]): unknown[] =>
    unordered ? records.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : records;
  const [first] = outcomes.values();
  for (const [how, { output, side, written, peakRecords }] of outcomes) {
    t.deepEqual(inOrder(output), inOrder(first?.output ?? []), how);
    t.deepEqual(side, first?.side, how);
    t.deepEqual(written, first?.written, how);
    if (how.startsWith('one-buffer')) t.true(peakRecords <= fanOut, `${how}: ${peakRecords} records without room`);
  }
}
