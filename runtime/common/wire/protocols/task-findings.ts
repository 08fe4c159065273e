/** What a subtask tells of itself besides its figures; each part is left out when there is nothing to tell. */
import { Type, type Static } from 'typebox';

/** What one accumulator of a subtask has gathered; its kind says in which form. */
export const AccumulatorStateSchema = Type.Object({ name: Type.String(), type: Type.String(), value: Type.Unknown() });
export type AccumulatorState = Static<typeof AccumulatorStateSchema>;

/** A metric that a function registered. */
const UserMetricSchema = Type.Object({
  /** The operator's name. */
  operator: Type.String(),
  /** Outermost first. */
  groups: Type.Array(Type.Object({ name: Type.String(), value: Type.Optional(Type.String()) })),
  name: Type.String(),
  type: Type.Union([Type.Literal('counter'), Type.Literal('gauge'), Type.Literal('meter'), Type.Literal('histogram')]),
  /** A counter's or histogram's count, a meter's rate per second, a gauge's value; NaN and the infinities as text. */
  value: Type.Union([Type.Number(), Type.String(), Type.Boolean()]),
  /** Of a histogram. */
  statistics: Type.Optional(Type.Record(Type.String(), Type.Number())),
});
export type UserMetric = Static<typeof UserMetricSchema>;

/** A field that only the slow, generic encoding can carry. */
const FallbackSchema = Type.Object({ operator: Type.String(), path: Type.String(), reason: Type.String() });
export type Fallback = Static<typeof FallbackSchema>;

/** A key with a great share (0 to 1) of the subtask's records, from a sample. */
const HotKeySchema = Type.Object({ key: Type.String(), share: Type.Number() });
export type HotKey = Static<typeof HotKeySchema>;

/** What one operator of a subtask has taken and emitted since the subtask's start. */
const OperatorFiguresSchema = Type.Object({
  operatorId: Type.String(),
  name: Type.String(),
  recordsIn: Type.Number(),
  recordsOut: Type.Number(),
  /** Of the operator that heads the subtask; others get no bytes. */
  bytesIn: Type.Number(),
  /** Of operators whose records leave the subtask. */
  bytesOut: Type.Number(),
});
export type OperatorFigures = Static<typeof OperatorFiguresSchema>;

export const FINDINGS = {
  operators: Type.Optional(Type.Array(OperatorFiguresSchema)),
  accumulators: Type.Optional(Type.Array(AccumulatorStateSchema)),
  userMetrics: Type.Optional(Type.Array(UserMetricSchema)),
  fallbacks: Type.Optional(Type.Array(FallbackSchema)),
  hotKeys: Type.Optional(Type.Array(HotKeySchema)),
};

export interface TaskFindings {
  /** Head first. */
  operators?: OperatorFigures[];
  accumulators?: AccumulatorState[];
  userMetrics?: UserMetric[];
  fallbacks?: Fallback[];
  hotKeys?: HotKey[];
}
