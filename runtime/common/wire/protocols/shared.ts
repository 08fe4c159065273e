/** Shapes that several protocols share: resources, launch contexts, containers. */
import { Type, type Static } from 'typebox';
import { ExitReasonSchema } from './exit-reason.js';

export const Empty = Type.Object({});

/** Which ResourceManager speaks: later ones have replaced it. */
export const LeaderEpochSchema = Type.Object({
  /** Birth of the cluster, epoch milliseconds. */
  cluster: Type.Integer(),
  /** Grows with each start and each change of the leader. */
  epoch: Type.Integer({ minimum: 0 }),
});
export type LeaderEpoch = Static<typeof LeaderEpochSchema>;

export const ResourceSchema = Type.Object({
  memoryMb: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  vcores: Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }),
  /** Amounts of other resource types (GPUs, licences …) by name; left out where there are none. */
  others: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), { maxProperties: 64 }),
  ),
});
export type Resource = Static<typeof ResourceSchema>;

/** A file that the NodeManager puts into the working folder of a container before it starts. */
export const LocalResourceSchema = Type.Object({
  /** Relative path in the container's working folder; `..`, absolute paths and links are refused. */
  path: Type.String({ minLength: 1, maxLength: 1024 }),
  /** Content hash (SHA-256, hex); fetched from the ResourceManager's store once per node. */
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  sizeBytes: Type.Integer({ minimum: 0 }),
  executable: Type.Optional(Type.Boolean()),
});
export type LocalResource = Static<typeof LocalResourceSchema>;

/**
 * What a container runs. The command is an argument vector: no shell ever sees it. In its words and in the environment's
 * values the NodeManager expands exactly `{{NODE}}` (its own node binary), `{{WEFT_DIST}}` (the folder of Weft's role
 * bundles on that node), `{{PWD}}` (the working folder) and `<LOG_DIR>`; nothing else.
 */
export const LaunchContextSchema = Type.Object({
  command: Type.Array(Type.String(), { minItems: 1, maxItems: 256 }),
  environment: Type.Record(Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }), Type.String()),
  localResources: Type.Array(LocalResourceSchema),
});
export type LaunchContext = Static<typeof LaunchContextSchema>;

export const ContainerStateSchema = Type.Union([
  Type.Literal('NEW'),
  Type.Literal('LOCALIZING'),
  Type.Literal('RUNNING'),
  Type.Literal('COMPLETE'),
]);

export const ContainerStatusSchema = Type.Object({
  containerId: Type.String(),
  state: ContainerStateSchema,
  resource: ResourceSchema,
  exit: Type.Optional(ExitReasonSchema),
  pid: Type.Optional(Type.Integer()),
  startedMs: Type.Optional(Type.Number()),
  /** Resident memory of the process tree, when last looked at. */
  residentMb: Type.Optional(Type.Integer()),
});
export type ContainerStatus = Static<typeof ContainerStatusSchema>;

/** A container that the Scheduler gave to an application. */
export const AllocatedContainerSchema = Type.Object({
  containerId: Type.String(),
  nodeId: Type.String(),
  /** `http://host:port` of the NodeManager's server (REST, logs, container endpoint). */
  nodeHttpAddress: Type.String(),
  resource: ResourceSchema,
  /** The priority of the ask that it answers. */
  priority: Type.Integer(),
  /** Proof for the NodeManager that the container was allocated: start it before it expires. */
  token: Type.String(),
});
export type AllocatedContainer = Static<typeof AllocatedContainerSchema>;

/** A finished container as the AppMaster hears of it. */
export const CompletedContainerSchema = Type.Object({ containerId: Type.String(), exit: ExitReasonSchema });
export type CompletedContainer = Static<typeof CompletedContainerSchema>;
