/** From what an operator is (its spec) to the code that takes its records. */
import { instantiate } from '../common/code-template.js';
import { knownNumbers, knownStrings } from '../common/known-keys.js';
import type { FieldAggregation, KeyFunction, OperatorSpec } from '../graph/operator-spec.js';
import { makeCopier, makeOwnCopier } from '../serde/index.js';
import type { ChainParts } from './chain.js';
import { AsyncWait } from './async-wait.js';
import { CommittingSink } from './committing-sink.js';
import { compareValues } from './compare.js';
import { ElementScope, onTimerOf } from './element-scope.js';
import { enterKey } from './enter-key.js';
import { filter } from './filter.js';
import { firstOfGroup } from './first-of-group.js';
import { flatMap } from './flat-map.js';
import { discard, retainer } from './hand-over.js';
import { identifier } from './key-identity.js';
import { keyedCells, passingCells, type Cell } from './keyed-cells.js';
import { fieldComparison, keyedExtreme, keyedExtremeBy } from './keyed-extreme.js';
import { keyedReduce } from './keyed-reduce.js';
import { keyedSumOfField, keyedSumOfRecord } from './keyed-sum.js';
import { map } from './map.js';
import type { OperatorContext } from './operator-context.js';
import { processElements } from './process.js';
import { functionSink, recordSink } from './sink.js';
import { SinkBacklog } from './sink-backlog.js';
import type { Next } from './task-context.js';
import { ingestionTime, SourceTime } from './watermarks/source-time.js';
import { WatermarkAssigner } from './watermarks/watermark-assigner.js';
import { windowCode } from './window/window-code.js';

/** The state of a rolling operator. */
const ROLLING = '_rolling_';

/**
 * @param next takes what the operator emits; for a source it is all there is to run here
 * @param uncopied for operators that can make each record for whoever takes it: the only one who does, without the copy
 *   that `next` makes; undefined if there is no such copy
 */
export function operatorCode(
  spec: OperatorSpec,
  next: Next,
  operator: OperatorContext,
  parts: ChainParts,
  uncopied: Next | undefined,
): Next {
  switch (spec.type) {
    case 'source': {
      const strategy = spec.source.kind === 'split' ? spec.source.watermarks : undefined;
      const byClock = parts.ingestionTime ? ingestionTime(operator) : undefined;
      operator.sourceTime = new SourceTime(strategy ?? byClock, next, operator);
      return operator.sourceTime.accept;
    }
    case 'map':
      return keyedIf(spec.stateKey, instantiate(map)(spec.fn, next, operator), operator);
    case 'filter':
      return keyedIf(spec.stateKey, instantiate(filter)(spec.fn, next, operator), operator);
    case 'flatMap':
      return keyedIf(spec.stateKey, instantiate(flatMap)(spec.fn, next, operator), operator);
    case 'process':
      return instantiate(processElements)(spec.fn, new ElementScope(next, operator), operator);
    case 'keyedProcess':
      return enterKey(spec.key, keyedProcess(spec.fn, next, operator), operator);
    case 'keyedReduce':
      return perKey(spec.key, next, operator, parts, (cellOf, out) =>
        instantiate(keyedReduce)(spec.fn, cellOf, retainer(parts.objectReuse), out, operator),
      );
    case 'keyedAggregate':
      return perKey(spec.key, next, operator, parts, (cellOf, out) =>
        aggregate(
          spec.aggregation,
          cellOf,
          retainer(parts.objectReuse),
          out,
          operator,
          parts.keyEnds === undefined ? uncopied : undefined,
        ),
      );
    case 'firstOfGroup':
      return firstOfGroup(spec.limit, next, parts.keyEnds);
    case 'sortPartition':
      return next;
    case 'watermarks': {
      const assigner = new WatermarkAssigner(spec.watermarks, next, operator);
      operator.time = assigner;
      return assigner.accept;
    }
    case 'window':
      return windowCode(spec, next, operator, parts.objectReuse);
    case 'asyncWait': {
      const wait = new AsyncWait({
        ...spec,
        next,
        operator,
        retain: retainer(parts.objectReuse),
        wake: parts.onSettled,
      });
      parts.backlogs.push(wait);
      parts.asyncWaits.push(wait);
      return wait.accept;
    }
    case 'sink':
      return sinkCode(spec.sink, operator, parts);
    default:
      throw new Error(`A ${spec.type} has two inputs.`);
  }
}

function keyedProcess(
  fn: Extract<OperatorSpec, { type: 'keyedProcess' }>['fn'],
  next: Next,
  operator: OperatorContext,
): Next {
  const scope = new ElementScope(next, operator, operator.states.keyed(), onTimerOf(fn));
  return instantiate(processElements)(fn, scope, operator);
}

/** With the record's key at hand, if the operator reads a keyed stream with a function that can ask for state. */
function keyedIf(key: KeyFunction | undefined, code: Next, operator: OperatorContext): Next {
  return key === undefined ? code : enterKey(key, code, operator);
}

/**
 * A rolling operator: emits at each record what it has for the record's key so far. Where the records of a key come in a row
 * it needs but one cell, and what counts is what the cell holds at their end.
 */
function perKey(
  key: KeyFunction,
  next: Next,
  operator: OperatorContext,
  { keyEnds }: ChainParts,
  make: (cellOf: (record: unknown) => Cell, out: Next) => Next,
): Next {
  if (keyEnds === undefined) return make(cellsOf(key, operator), next);
  const cell: Cell = { value: undefined };
  keyEnds.push(() => {
    const { value } = cell;
    cell.value = undefined;
    next(value);
  });
  return make(() => cell, instantiate(discard)());
}

function cellsOf(key: KeyFunction, operator: OperatorContext): (record: unknown) => Cell {
  const { void: bucket } = operator.states.keyed().table(ROLLING);
  const { epochs, keepsCells } = operator.states.keyed();
  const identify = identifier(operator);
  if (!keepsCells) return instantiate(passingCells)(key, bucket, epochs, identify, operator);
  const { recordKey } = operator.task;
  return instantiate(keyedCells)(key, bucket, recordKey, epochs, identify, knownStrings, knownNumbers, operator);
}

function aggregate(
  { kind, field, first }: FieldAggregation,
  cellOf: (record: unknown) => Cell,
  retain: (record: unknown) => unknown,
  next: Next,
  operator: OperatorContext,
  uncopied: Next | undefined,
): Next {
  if (kind === 'sum') {
    if (field === undefined) return instantiate(keyedSumOfRecord)(cellOf, next, operator);
    // All that was restored must be looked at for it: not where it lies on disk.
    const looksAtAll = operator.states.existingKeyed?.keepsCells !== false;
    const out = looksAtAll ? uncopied : undefined;
    const own = out === undefined ? undefined : makeOwnCopier();
    const restored = (): Iterable<Cell> => operator.states.existingKeyed?.table(ROLLING).void.entries() ?? [];
    return instantiate(keyedSumOfField)(field, cellOf, retain, own, makeCopier(), restored, out ?? next, operator);
  }
  const sign = kind === 'max' || kind === 'maxBy' ? 1 : -1;
  const compare = instantiate(fieldComparison)(kind, field, compareValues, operator);
  if (field !== undefined && (kind === 'min' || kind === 'max')) {
    return instantiate(keyedExtreme)(field, sign, compare, cellOf, retain, next);
  }
  return instantiate(keyedExtremeBy)(field, sign, first, compare, cellOf, retain, next);
}

function sinkCode(
  spec: Extract<OperatorSpec, { type: 'sink' }>['sink'],
  operator: OperatorContext,
  parts: ChainParts,
): Next {
  const { task } = operator;
  const context = { timestamp: () => task.timestamp(), currentProcessingTime: () => task.clock.nowMs() };
  const waiting = { operator, context, retain: retainer(parts.objectReuse), onSettled: parts.onSettled };
  if (spec.kind === 'committing') {
    const sink = new CommittingSink({ ...waiting, sink: spec.sink });
    parts.sinks.push({ sink, operator });
    parts.committing.push({ sink, operator });
    parts.backlogs.push(sink.backlog);
    return instantiate(functionSink)({ invoke: (record) => sink.write(record) }, context, sink.backlog, operator);
  }
  if (spec.kind !== 'function') {
    const sink = parts.makeSink(spec, operator);
    parts.sinks.push({ sink, operator });
    if (sink.backlog !== undefined) parts.backlogs.push(sink.backlog);
    return instantiate(recordSink)(sink, operator);
  }
  const backlog = new SinkBacklog({ ...waiting, invoke: (record) => spec.fn.invoke(record, context) });
  parts.backlogs.push(backlog);
  return instantiate(functionSink)(spec.fn, context, backlog, operator);
}
