/** Why a container ended: a value that travels from the NodeManager over the ResourceManager to whoever asks. */
import { Type, type Static } from 'typebox';

/** Who had a container ended. kernel: its out-of-memory killer. unknown: nobody of the cluster says that it was him. */
export const EndedBySchema = Type.Union([
  Type.Literal('user'),
  Type.Literal('resourcemanager'),
  Type.Literal('scheduler'),
  Type.Literal('appmaster'),
  Type.Literal('nodemanager'),
  Type.Literal('kernel'),
  Type.Literal('unknown'),
]);
export type EndedBy = Static<typeof EndedBySchema>;

/** Amounts of memory by what they are for, MB. */
export const MemoryPartsSchema = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { maxProperties: 16 });
export type MemoryParts = Static<typeof MemoryPartsSchema>;

/** The memory of a container that used too much. */
export const MemoryReportSchema = Type.Object({
  limitMb: Type.Integer(),
  /** Resident memory of all its processes when it was last looked at. */
  usedMb: Type.Integer(),
  /** Over the last minute, oldest first. */
  curve: Type.Array(Type.Object({ secondsAgo: Type.Integer(), mb: Type.Integer() })),
  /** What the program says that it planned its memory for; left out where it says nothing. */
  plan: Type.Optional(MemoryPartsSchema),
});
export type MemoryReport = Static<typeof MemoryReportSchema>;

/** `exitStatus` follows YARN's numbers (0, code, 137, -100 lost, -102 preempted, -104 memory …). */
export const ExitReasonSchema = Type.Object({
  kind: Type.Union([
    Type.Literal('finished'),
    Type.Literal('exit-code'),
    Type.Literal('signal'),
    Type.Literal('stopped'),
    Type.Literal('memory'),
    Type.Literal('launch-failed'),
    Type.Literal('node-lost'),
    Type.Literal('released'),
    Type.Literal('preempted'),
    Type.Literal('unknown'),
  ]),
  exitStatus: Type.Integer(),
  /** For people: what happened, in whole sentences. */
  diagnostics: Type.String(),
  /** Left out where nobody had it ended. */
  by: Type.Optional(EndedBySchema),
  /** The signal that ended the process, where one did. */
  signal: Type.Optional(Type.String()),
  /** Of a container that was ended for its memory. */
  memory: Type.Optional(MemoryReportSchema),
  /** Last lines of its stderr, where it failed by itself. */
  lastWords: Type.Optional(Type.Array(Type.String())),
});
export type ExitReason = Static<typeof ExitReasonSchema>;

/** Exit statuses that YARN gives to ends which are no exit code. */
export const EXIT_STATUS = {
  /** The process was never there. */
  invalid: -1000,
  aborted: -100,
  preempted: -102,
  memoryExceeded: -104,
  stoppedByAppMaster: -105,
  stoppedByResourceManager: -106,
  stoppedAfterApplication: -107,
} as const;
