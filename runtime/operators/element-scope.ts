import { instantiate } from '../common/code-template.js';
import type { Collector, OutputTag, ProcessContext } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/**
 * What a process function is handed with each record: its context and its collector, which are one object for all records
 * and only of use during the call.
 */
export class ElementScope implements ProcessContext<unknown> {
  /** Of the record at hand; undefined on a stream without keys. */
  key: unknown;
  /** Whether the function is at a record. */
  open = false;
  readonly out: Collector<unknown>;

  constructor(
    next: Next,
    private readonly operator: OperatorContext,
  ) {
    this.out = instantiate(scopedCollector)(this, next, operator);
  }

  timestamp(): number | null {
    return this.operator.task.timestamp();
  }

  getCurrentKey(): unknown {
    return this.key;
  }

  currentProcessingTime(): number {
    return this.operator.task.clock.nowMs();
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    if (!this.open) throw this.operator.lateOutput();
    this.operator.emitToSide(tag, value);
  }
}

/** Template: a collector that refuses what comes after the call, when the task may have ended its output. */
function scopedCollector(scope: { readonly open: boolean }, next: Next, operator: OperatorContext): Collector<unknown> {
  return {
    collect(record) {
      if (!scope.open) throw operator.lateOutput();
      next(record);
    },
  };
}
