import test from 'ava';
import fc from 'fast-check';
import type { Allocation, Scheduler, SchedulerEvent } from '../../../resourcemanager/scheduler/index.js';
import { MB, added, app, ask, asked, newFifo, node, nodeUpdated } from './scheduler-fixtures.js';

const APPLICATIONS = 5;
const NODES = 6;

/** A step of a random history; what it means depends on the state it meets. */
type Step =
  | { kind: 'node'; node: number; memoryMb: number; schedulable: boolean }
  | { kind: 'lose'; node: number }
  | { kind: 'ask'; app: number; count: number; memoryMb: number; priority: number }
  | { kind: 'end'; nth: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('node' as const),
    node: fc.integer({ min: 1, max: NODES }),
    memoryMb: fc.constantFrom(512, 1024, 2048, 4096),
    schedulable: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('lose' as const), node: fc.integer({ min: 1, max: NODES }) }),
  fc.record({
    kind: fc.constant('ask' as const),
    app: fc.integer({ min: 1, max: APPLICATIONS }),
    count: fc.integer({ min: 0, max: 4 }),
    memoryMb: fc.integer({ min: 1, max: 1500 }),
    priority: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ kind: fc.constant('end' as const), nth: fc.nat({ max: 50 }) }),
);

/** Plays the steps, keeping its own simple books beside the Scheduler's. */
class History {
  readonly scheduler: Scheduler = newFifo();
  readonly decisions: Allocation[] = [];
  readonly running: Allocation[] = [];
  readonly capacity = new Map<string, { memoryMb: number; schedulable: boolean }>();

  constructor() {
    for (let i = 1; i <= APPLICATIONS; i++) for (const event of added(i)) this.apply(event);
  }

  play(next: Step): Allocation[] {
    switch (next.kind) {
      case 'node': {
        // A node shrinks only while it is idle: a shrunken busy one may well hold more than it has.
        const used = this.usedOn(next.node);
        const memoryMb = Math.max(next.memoryMb, used);
        this.capacity.set(node(next.node), { memoryMb, schedulable: next.schedulable });
        return this.apply(nodeUpdated(next.node, MB(memoryMb, 8), { schedulable: next.schedulable }));
      }
      case 'lose': {
        this.capacity.delete(node(next.node));
        const lost = this.running.filter(({ nodeId }) => nodeId === node(next.node));
        this.apply({ type: 'node-removed', nodeId: node(next.node) });
        return lost.flatMap((container) => this.end(container));
      }
      case 'ask':
        return this.apply(asked(next.app, ask(next.count, MB(next.memoryMb), { priority: next.priority })));
      case 'end': {
        const container = this.running[next.nth % Math.max(1, this.running.length)];
        return container === undefined ? [] : this.end(container);
      }
    }
  }

  usedOn(number: number): number {
    return this.running
      .filter(({ nodeId }) => nodeId === node(number))
      .reduce((sum, { resource }) => sum + resource.memoryMb, 0);
  }

  private end(container: Allocation): Allocation[] {
    this.running.splice(this.running.indexOf(container), 1);
    const { applicationId, containerId } = container;
    return this.apply({ type: 'container-ended', applicationId, containerId });
  }

  private apply(event: SchedulerEvent): Allocation[] {
    const decisions = this.scheduler.apply(event, 0) as Allocation[];
    this.decisions.push(...decisions);
    this.running.push(...decisions);
    return decisions;
  }
}

test('no node ever holds more than it has, and the books agree', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const history = new History();
      for (const next of steps) {
        for (const { nodeId } of history.play(next)) t.true(history.capacity.get(nodeId)?.schedulable);
        for (let i = 1; i <= NODES; i++) {
          const capacity = history.capacity.get(node(i));
          if (capacity === undefined) continue;
          t.true(history.usedOn(i) <= capacity.memoryMb);
          t.is(history.scheduler.nodeUsage(node(i))?.used.memoryMb, history.usedOn(i));
        }
        const used = history.running.reduce((sum, { resource }) => sum + resource.memoryMb, 0);
        t.is(history.scheduler.totals().used.memoryMb, used);
      }
      t.is(new Set(history.decisions.map(({ containerId }) => containerId)).size, history.decisions.length);
    }),
    { numRuns: 150 },
  );
  t.pass();
});

test('the same events give the same decisions', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [one, two] = [new History(), new History()];
      for (const next of steps) t.deepEqual(one.play(next), two.play(next));
    }),
    { numRuns: 60 },
  );
  t.pass();
});

test('whoever still waits could not be served on any node: no room lies idle', (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const history = new History();
      for (const next of steps) history.play(next);
      for (let i = 1; i <= APPLICATIONS; i++) {
        const refusal = history.scheduler.refusal(app(i), 0);
        const pending = history.scheduler.usage(app(i))?.pendingContainers ?? 0;
        t.is(refusal !== undefined, pending > 0);
        // These asks name no place, so that only sizes can be in the way.
        t.not(refusal?.gate, 'locality');
      }
    }),
    { numRuns: 100 },
  );
  t.pass();
});

test('of equal asks the earlier submission never gets less room than a later one when room appears', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: APPLICATIONS }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom(256, 512),
      fc.constantFrom(1024, 2048),
      (apps, count, memoryMb, capacityMb) => {
        const history = new History();
        for (let i = apps; i >= 1; i--) history.play({ kind: 'ask', app: i, count, memoryMb, priority: 1 });
        history.play({ kind: 'node', node: 1, memoryMb: capacityMb, schedulable: true });
        const order = history.decisions.map(({ applicationId }) => applicationId);
        t.deepEqual(order, order.toSorted());
      },
    ),
  );
  t.pass();
});
