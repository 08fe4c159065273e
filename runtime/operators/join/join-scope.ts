import { instantiate } from '../../common/code-template.js';
import type { Collector, OutputTag, ProcessJoinContext } from '../../functions/index.js';
import { scopedCollector } from '../element-scope.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';

/** Takes two records that meet, with their times. */
export type PairTaker = (left: unknown, right: unknown, leftMs: number, rightMs: number) => void;

/** What the function of an interval join is handed with each pair: its context and its collector, one object for all pairs. */
export class JoinScope implements ProcessJoinContext {
  /** Whether the function is at a pair. */
  open = false;
  leftMs = NaN;
  rightMs = NaN;
  readonly out: Collector<unknown>;

  constructor(
    next: Next,
    private readonly operator: OperatorContext,
  ) {
    this.out = instantiate(scopedCollector)(this, next, operator);
  }

  getLeftTimestamp(): number {
    return this.leftMs;
  }

  getRightTimestamp(): number {
    return this.rightMs;
  }

  getTimestamp(): number {
    return Math.max(this.leftMs, this.rightMs);
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    if (!this.open) throw this.operator.lateOutput();
    this.operator.emitToSide(tag, value);
  }
}
