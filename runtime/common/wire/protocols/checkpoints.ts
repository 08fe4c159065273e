/** What JobManager and TaskManagers tell each other of checkpoints; the state of a subtask also stands so in `_metadata`. */
import { Type, type Static } from 'typebox';

const ModeSchema = Type.Union([Type.Literal('SPLIT'), Type.Literal('UNION'), Type.Literal('BROADCAST')]);

/** Enough to say which subtasks of another parallelism need the state. */
const OperatorSummarySchema = Type.Object({
  operatorId: Type.String(),
  /** For messages. */
  name: Type.String(),
  /** Whether there is keyed state. */
  keyed: Type.Boolean(),
  /** Of its lists, each mode once. */
  modes: Type.Array(ModeSchema),
});

/** inline: the content of a state file itself, base64. file: beside the metadata. */
const StateLocationSchema = Type.Union([
  Type.Object({ kind: Type.Literal('none') }),
  Type.Object({ kind: Type.Literal('inline'), data: Type.String() }),
  Type.Object({ kind: Type.Literal('file'), name: Type.String(), indexCrc32: Type.Integer() }),
]);
export type StateLocation = Static<typeof StateLocationSchema>;

/** Files that an operator's keyed state also consists of, in order; other checkpoints may need them as well. */
const SharedFilesSchema = Type.Object({
  operatorId: Type.String(),
  files: Type.Array(Type.Object({ path: Type.String(), sizeBytes: Type.Integer(), crc32: Type.Integer() })),
  /** Bytes of those that were written for this checkpoint. */
  newBytes: Type.Integer({ minimum: 0 }),
});

/** What was on its way along an edge, as one end of its channels had it. */
const InFlightSummarySchema = Type.Object({
  /** The job edge's id. */
  edgeId: Type.String(),
  /** input: in the subtask's input channels; output: in its output channels. */
  side: Type.Union([Type.Literal('input'), Type.Literal('output')]),
  bytes: Type.Integer({ minimum: 0 }),
});
export type InFlightSummary = Static<typeof InFlightSummarySchema>;

export const SubtaskStateSchema = Type.Object({
  /** Only those that have state. */
  operators: Type.Array(OperatorSummarySchema),
  location: StateLocationSchema,
  /** Of the state file itself. */
  sizeBytes: Type.Integer({ minimum: 0 }),
  /** Left out when there are none. */
  shared: Type.Optional(Type.Array(SharedFilesSchema)),
  /** Of an unaligned checkpoint; left out when nothing was on its way. */
  inFlight: Type.Optional(Type.Array(InFlightSummarySchema)),
});
export type SubtaskState = Static<typeof SubtaskStateSchema>;

/** All that is needed to restore a subtask. */
export function stateBytesOf({ sizeBytes, shared = [] }: SubtaskState): number {
  return shared.reduce((sum, { files }) => sum + files.reduce((all, file) => all + file.sizeBytes, 0), sizeBytes);
}

/** Of what was on its way. */
export function inFlightBytesOf({ inFlight = [] }: SubtaskState): number {
  return inFlight.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** What a checkpoint wrote of the state of a subtask. */
export function newBytesOf({ sizeBytes, shared = [] }: SubtaskState): number {
  return shared.reduce((sum, { newBytes }) => sum + newBytes, sizeBytes);
}

/** What a task needs to take part; travels in barriers too. */
export const CheckpointOrderSchema = Type.Object({
  checkpointId: Type.Integer({ minimum: 1 }),
  /** When it began, epoch milliseconds. */
  timestampMs: Type.Number(),
  kind: Type.Union([
    Type.Literal('checkpoint'),
    Type.Literal('savepoint'),
    Type.Literal('suspend'),
    Type.Literal('drain'),
  ]),
  /** Whether inputs whose barrier has come wait for the others. */
  aligned: Type.Boolean(),
  /** Whether what is on its way is part of the checkpoint, so that barriers overtake it. Left out: it is not. */
  unaligned: Type.Optional(Type.Boolean()),
  /** Whether it may still become unaligned. Left out: it may not. */
  mayTurn: Type.Optional(Type.Boolean()),
  /** Where state files go. */
  folder: Type.String(),
  /** Where files go that later checkpoints need as well; left out: each state is whole by itself. */
  sharedFolder: Type.Optional(Type.String()),
  /** State that is smaller is sent instead. */
  inlineThresholdBytes: Type.Integer({ minimum: 0 }),
});
export type CheckpointOrder = Static<typeof CheckpointOrderSchema>;

/** How long the parts of a subtask's checkpoint took, milliseconds. */
const TIMES = {
  /** From the beginning of the checkpoint to the first barrier. */
  startDelayMs: Type.Number(),
  /** From the first barrier to the last. */
  alignmentMs: Type.Number(),
  /** The task stood still for the snapshot. */
  syncMs: Type.Number(),
  /** Writing it. */
  asyncMs: Type.Number(),
};

/** A task has done its part. */
export const AcknowledgementSchema = Type.Object({
  executionId: Type.String(),
  checkpointId: Type.Integer(),
  state: SubtaskStateSchema,
  ...TIMES,
  /** Whether the checkpoint was unaligned when the task took part. Left out: it was not. */
  unaligned: Type.Optional(Type.Boolean()),
  /** Bytes that the task took from its input between the first barrier and the last. Left out: none. */
  processedBytes: Type.Optional(Type.Integer({ minimum: 0 })),
});
export type Acknowledgement = Static<typeof AcknowledgementSchema>;

/** What a task starts from: parts of the states of the subtasks of then. */
export const TaskRestoreSchema = Type.Object({
  checkpointId: Type.Integer(),
  /** Folder of the checkpoint. */
  folder: Type.String(),
  /** The subtask had ended then: it does nothing. */
  finished: Type.Boolean(),
  /** Whether checkpoints to come may share the files of this one. */
  reusable: Type.Boolean(),
  /** In order of subtask. */
  states: Type.Array(Type.Object({ subtask: Type.Integer({ minimum: 0 }), state: SubtaskStateSchema })),
  operators: Type.Array(
    Type.Object({
      operatorId: Type.String(),
      /** Parallelism of then. */
      parallelism: Type.Integer({ minimum: 1 }),
      maxParallelism: Type.Integer({ minimum: 1 }),
      /** Which of `states` hold something of it. */
      from: Type.Array(Type.Integer({ minimum: 0 })),
    }),
  ),
  /** Input that was on its way and comes before all other; left out: there is none. */
  inFlight: Type.Optional(
    Type.Array(
      Type.Object({
        /** Of now. */
        edgeId: Type.String(),
        formerEdgeId: Type.String(),
        /** Which of `states` hold what consumers had. */
        consumers: Type.Array(Type.Integer({ minimum: 0 })),
        /** Which of `states` hold what producers had. */
        producers: Type.Array(Type.Integer({ minimum: 0 })),
        /** Whether the parallelism of one of the two ends has changed. */
        rescaled: Type.Boolean(),
      }),
    ),
  ),
});
export type TaskRestore = Static<typeof TaskRestoreSchema>;
