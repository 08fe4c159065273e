import type { KeyFunction, SortField } from '../../graph/operator-spec.js';
import { checkInteger } from '../checks.js';
import type { Comparable } from '../functions/fields.js';
import type { KeyInput } from '../functions/inputs.js';
import { sortField, type Order, type SortFields } from '../functions/sort-field.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';

/** Records of a stream that ends, by groups. Nothing is emitted before the stream has ended. */
export class GroupedStream<T> {
  /** Made by `groupBy`. */
  constructor(
    private readonly context: StreamContext,
    private readonly inputs: readonly StreamInput[],
    private readonly key: KeyFunction,
    private readonly sorts: readonly SortField[] = [],
  ) {}

  /** The order of the records within each group; a further call decides between those that are equal so far. */
  sortGroup(by: SortFields<T> | KeyInput<T, Comparable>, order: Order = 'ASCENDING'): GroupedStream<T> {
    return new GroupedStream(this.context, this.inputs, this.key, [...this.sorts, sortField('sortGroup', by, order)]);
  }

  /** The first records of each group: in the group's order, by timestamp, then as they came. */
  first(count: number): SingleOutputStreamOperator<T> {
    return this.context.operator(
      this.inputs.map((input) => ({ ...input, partitioner: { kind: 'HASH', key: this.key } })),
      {
        name: 'First of Group',
        pact: 'Operator',
        operator: {
          type: 'firstOfGroup',
          key: this.key,
          sorts: this.sorts,
          limit: checkInteger('The count of first()', count, 1),
        },
        chainingStrategy: 'ALWAYS',
        parallelism: undefined,
      },
    );
  }
}
