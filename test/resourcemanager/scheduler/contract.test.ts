/** What every scheduler must do, whatever it is called. */
import test from 'ava';
import fc from 'fast-check';
import type { Allocation, PolicyFiles, Scheduler, SchedulerEvent } from '../../../resourcemanager/scheduler/index.js';
import { NO_POLICY_FILES } from '../../../resourcemanager/scheduler/index.js';
import {
  FAIR_TWO_LEVELS,
  TWO_LEVELS,
  applyEach,
  capacityFiles,
  fairFiles,
  newScheduler,
  submitted,
} from './policy-fixtures.js';
import { MB, app, ask, asked, node, nodeUpdated } from './scheduler-fixtures.js';

interface Contestant {
  name: string;
  files: PolicyFiles;
  queues: readonly string[];
}

const CONTESTANTS: readonly Contestant[] = [
  { name: 'fifo', files: NO_POLICY_FILES, queues: ['default'] },
  { name: 'capacity', files: NO_POLICY_FILES, queues: ['root.default'] },
  { name: 'capacity', files: capacityFiles(TWO_LEVELS), queues: ['root.a.a1', 'root.a.a2', 'root.b'] },
  { name: 'fair', files: NO_POLICY_FILES, queues: ['root.default', 'root.made.for.it'] },
  { name: 'fair', files: fairFiles(FAIR_TWO_LEVELS), queues: ['root.a.a1', 'root.a.a2', 'root.b'] },
];

const APPLICATIONS = 4;
const NODES = 4;

type Step =
  | { kind: 'node'; node: number; memoryMb: number; schedulable: boolean }
  | { kind: 'lose' | 'heartbeat'; node: number }
  | { kind: 'ask'; app: number; count: number; memoryMb: number; priority: number }
  | { kind: 'end'; nth: number }
  | { kind: 'finish' | 'refresh'; app: number };

const numbered = (kind: string, max: number) =>
  fc.record({ kind: fc.constant(kind), node: fc.integer({ min: 1, max }) });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('node'),
    node: fc.integer({ min: 1, max: NODES }),
    memoryMb: fc.constantFrom(512, 1024, 2048, 4096),
    schedulable: fc.boolean(),
  }),
  numbered('lose', NODES),
  numbered('heartbeat', NODES),
  fc.record({
    kind: fc.constant('ask'),
    app: fc.integer({ min: 1, max: APPLICATIONS }),
    count: fc.integer({ min: 0, max: 5 }),
    memoryMb: fc.integer({ min: 1, max: 1500 }),
    priority: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ kind: fc.constant('end'), nth: fc.nat({ max: 50 }) }),
  fc.record({ kind: fc.constantFrom('finish', 'refresh'), app: fc.integer({ min: 1, max: APPLICATIONS }) }),
) as fc.Arbitrary<Step>;

/** Plays a history, with simple books of its own beside the Scheduler's. */
class History {
  readonly scheduler: Scheduler;
  readonly running: Allocation[] = [];
  readonly capacityMb = new Map<number, number>();

  constructor(
    private readonly contestant: Contestant,
    placement: 'immediate' | 'heartbeat',
  ) {
    this.scheduler = newScheduler(contestant.name, contestant.files, placement);
    for (let i = 1; i <= APPLICATIONS; i++) this.submit(i);
  }

  play(next: Step): void {
    switch (next.kind) {
      case 'node': {
        // A node shrinks only as far as its containers allow.
        const memoryMb = Math.max(next.memoryMb, this.usedOn(next.node));
        this.capacityMb.set(next.node, memoryMb);
        this.apply(nodeUpdated(next.node, MB(memoryMb, 64), { schedulable: next.schedulable }));
        return;
      }
      case 'lose':
        this.capacityMb.delete(next.node);
        this.apply({ type: 'node-removed', nodeId: node(next.node) });
        for (const each of this.running.filter(({ nodeId }) => nodeId === node(next.node))) this.end(each);
        return;
      case 'heartbeat':
        this.apply({ type: 'node-heartbeat', nodeId: node(next.node) });
        return;
      case 'ask':
        this.apply(asked(next.app, ask(next.count, MB(next.memoryMb), { priority: next.priority })));
        return;
      case 'end': {
        const container = this.running[next.nth % Math.max(1, this.running.length)];
        if (container !== undefined) this.end(container);
        return;
      }
      case 'finish':
        this.finish(next.app);
        this.submit(next.app);
        return;
      case 'refresh':
        this.scheduler.refresh(this.contestant.files);
    }
  }

  finish(number: number): void {
    const rest = this.running.filter(({ applicationId }) => applicationId !== app(number));
    this.running.splice(0, this.running.length, ...rest);
    this.apply({ type: 'application-removed', applicationId: app(number) });
  }

  usedOn(number: number): number {
    return sumMb(this.running.filter(({ nodeId }) => nodeId === node(number)));
  }

  private submit(number: number): void {
    const queue = this.contestant.queues[number % this.contestant.queues.length] ?? '';
    for (const event of submitted(number, queue, { user: `u${number % 3}` })) this.apply(event);
  }

  private end(container: Allocation): void {
    this.running.splice(this.running.indexOf(container), 1);
    const { applicationId, containerId } = container;
    this.apply({ type: 'container-ended', applicationId, containerId });
  }

  private apply(event: SchedulerEvent): void {
    for (const decision of this.scheduler.apply(event, 0)) {
      if (decision.kind !== 'allocate') continue;
      this.running.push(decision);
    }
  }
}

function sumMb(containers: readonly Allocation[]): number {
  return containers.reduce((sum, { resource }) => sum + resource.memoryMb, 0);
}

CONTESTANTS.forEach((contestant, index) => {
  for (const placement of ['immediate', 'heartbeat'] as const) {
    const title = `${contestant.name} ${index} (${placement})`;

    test(`${title}: no node holds more than it has; the books agree and are empty in the end`, (t) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
          const history = new History(contestant, placement);
          for (const next of steps) {
            history.play(next);
            for (const [number, capacityMb] of history.capacityMb) {
              t.true(history.usedOn(number) <= capacityMb);
              t.is(history.scheduler.nodeUsage(node(number))?.used.memoryMb, history.usedOn(number));
            }
            t.is(history.scheduler.totals().used.memoryMb, sumMb(history.running));
            checkTree(t, history.scheduler);
          }
          for (let i = 1; i <= APPLICATIONS; i++) history.finish(i);
          const { used, pending, pendingContainers, reserved } = history.scheduler.totals();
          t.deepEqual([used.memoryMb, pending.memoryMb, pendingContainers, reserved.memoryMb], [0, 0, 0, 0]);
          const tree = history.scheduler.queueTree();
          t.deepEqual([tree.used.memoryMb, tree.pending.memoryMb, tree.containers], [0, 0, 0]);
        }),
        { numRuns: 60 },
      );
    });

    test(`${title}: who waits is told why, and who wants nothing does not wait`, (t) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
          const history = new History(contestant, placement);
          for (const next of steps) history.play(next);
          for (let i = 1; i <= APPLICATIONS; i++) {
            const pending = history.scheduler.usage(app(i))?.pendingContainers ?? 0;
            const refusal = history.scheduler.refusal(app(i), 0);
            t.is(refusal !== undefined, pending > 0);
            t.true((refusal?.message.length ?? 1) > 0);
            for (const gate of history.scheduler.explain(app(i), 0)) t.true(gate.message.length > 0);
          }
        }),
        { numRuns: 40 },
      );
    });
  }

  test(`${contestant.name} ${index}: an ask is no delta, an ended application is forgotten`, (t) => {
    const scheduler = newScheduler(contestant.name, contestant.files);
    const queue = contestant.queues[0] ?? '';
    applyEach(scheduler, [...submitted(1, queue), asked(1, ask(5, MB(128))), asked(1, ask(2, MB(128)))]);
    t.is(scheduler.usage(app(1))?.pendingContainers, 2);
    const decisions = applyEach(scheduler, [nodeUpdated(1, MB(8192, 64))]);
    t.is(decisions.length, 2);
    applyEach(scheduler, [{ type: 'application-removed', applicationId: app(1) }]);
    t.is(scheduler.usage(app(1)), undefined);
    t.is(scheduler.totals().used.memoryMb, 0);
  });

  test(`${contestant.name} ${index}: the same events give the same decisions`, (t) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const [one, two] = [new History(contestant, 'immediate'), new History(contestant, 'immediate')];
        for (const next of steps) {
          one.play(next);
          two.play(next);
          t.deepEqual(one.running, two.running);
        }
      }),
      { numRuns: 30 },
    );
  });
});

/** Parents are the sum of their children; nothing is negative; nothing exceeds its maximum. */
function checkTree(
  t: { is: (a: unknown, b: unknown) => void; true: (a: boolean) => void },
  scheduler: Scheduler,
): void {
  const visit = (queue: ReturnType<Scheduler['queueTree']>): void => {
    const { used, pending, reserved, children } = queue;
    for (const { memoryMb } of [used, pending, reserved]) t.true(memoryMb >= 0);
    if (children.length === 0) return;
    t.is(
      sum(children, (child) => child.used.memoryMb),
      used.memoryMb,
    );
    t.is(
      sum(children, (child) => child.pending.memoryMb),
      pending.memoryMb,
    );
    t.is(
      sum(children, (child) => child.containers),
      queue.containers,
    );
    children.forEach(visit);
  };
  visit(scheduler.queueTree());
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

test('of all schedulers only Capacity lets queues use nodes with a label', (t) => {
  const refusals = ['fifo', 'fair', 'capacity'].map((name) =>
    newScheduler(name, NO_POLICY_FILES).askRefusal('default', MB(1024), 'gpu'),
  );
  t.deepEqual(
    refusals.map((refusal) => refusal?.gate),
    ['label', 'label', undefined],
  );
  t.is(refusals[1]?.message, 'default may not use nodes with the label gpu: the fair scheduler knows no labels.');
});
