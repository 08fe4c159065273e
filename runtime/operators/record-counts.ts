/**
 * How many records each operator of a chain has taken and emitted. What an operator takes is what the one before it emitted, and
 * one that emits a record for each needs no count; so a chain counts only where the number can change. Sources, filters and flat
 * maps count for themselves (`OperatorContext.emitted`), because one call more a record shows in fast jobs.
 */
import { instantiate } from '../common/code-template.js';
import type { OperatorSpec } from '../graph/operator-spec.js';
import type { StreamNode } from '../graph/stream-graph.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** Absolute since the start of the subtask. */
export interface OperatorRecords {
  readonly node: StreamNode;
  readonly recordsIn: number;
  /** To the main output and to side outputs that somebody reads. */
  readonly recordsOut: number;
}

/** Which output of a node; undefined = the main one. */
type Tag = string | undefined;

export class RecordCounts {
  private readonly counts = new Map<number, Map<Tag, Float64Array>>();

  /** @param grouped whether rolling operators emit once a key */
  constructor(private readonly grouped: boolean) {}

  /** What takes an output of the node, counted if need be. */
  counted({ id, operator: { type } }: StreamNode, tag: Tag, next: Next, operator: OperatorContext): Next {
    if (tag === undefined && this.isOneForOne(type)) return next;
    const count = tag === undefined ? operator.emitted : new Float64Array(1);
    const outputs = this.counts.get(id) ?? new Map<Tag, Float64Array>();
    this.counts.set(id, outputs.set(tag, count));
    return tag === undefined && countsItself(type) ? next : instantiate(countRecords)(count, next);
  }

  /**
   * @param nodes head first
   * @param headRecords what the head has taken
   */
  list(
    nodes: readonly StreamNode[],
    edges: readonly { source: number; target: number; outputTag?: string }[],
    headRecords: number,
  ): OperatorRecords[] {
    const taken = new Map<number, number>();
    return nodes.map((node, index) => {
      const recordsIn = index === 0 ? headRecords : (taken.get(node.id) ?? 0);
      const outputs = this.counts.get(node.id) ?? new Map<Tag, Float64Array>();
      const emitted = (tag: Tag): number => outputs.get(tag)?.[0] ?? (tag === undefined ? recordsIn : 0);
      for (const { source, target, outputTag } of edges) {
        if (source === node.id) taken.set(target, (taken.get(target) ?? 0) + emitted(outputTag));
      }
      const aside = [...outputs.keys()].filter((tag) => tag !== undefined);
      const toMain = node.operator.type === 'sink' ? 0 : emitted(undefined);
      return { node, recordsIn, recordsOut: aside.reduce((sum, tag) => sum + emitted(tag), toMain) };
    });
  }

  private isOneForOne(type: OperatorSpec['type']): boolean {
    if (type === 'keyedReduce' || type === 'keyedAggregate') return !this.grouped;
    return type === 'map' || type === 'coMap' || type === 'watermarks' || type === 'sortPartition' || type === 'sink';
  }
}

function countsItself(type: OperatorSpec['type']): boolean {
  return type === 'source' || type === 'filter' || type === 'flatMap' || type === 'coFlatMap';
}

/** Template: counts what passes. */
function countRecords(count: Float64Array, next: Next): Next {
  return function countRecord(record) {
    count[0]++;
    next(record);
  };
}
