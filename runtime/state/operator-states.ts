/** Everything of one operator of one subtask that belongs to checkpoints. */
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';
import { decodeTagged, encodeTagged } from '../serde/index.js';
import type { DeclaredType } from './declared-type.js';
import { heapStore } from './heap-store.js';
import { restoreKeyed } from './keyed-restore.js';
import { KeyedStateBackend, type KeySpace } from './keyed-state-backend.js';
import type { MakeKeyedStore } from './keyed-store.js';
import type {
  CheckpointParticipant,
  DistributionMode,
  OperatorRestore,
  OperatorSnapshot,
  SnapshotOutput,
} from './snapshot.js';

/** A list of an operator that belongs to no key: offsets, pending records, rules. Small: it is written at once. */
export class OperatorList {
  items: unknown[] = [];
  /** What the items are by the program's word. */
  declared: DeclaredType | undefined;

  constructor(
    readonly name: string,
    readonly mode: DistributionMode,
  ) {}
}

export interface OperatorIdentity {
  /** 32 hex digits. */
  readonly operatorId: string;
  readonly operatorName: string;
}

export class OperatorStates {
  /** Whether the operator began with the state of a checkpoint. */
  isRestored = false;
  private backend: KeyedStateBackend | undefined;
  private readonly lists = new Map<string, OperatorList>();
  private readonly participants: CheckpointParticipant[] = [];

  constructor(
    readonly identity: OperatorIdentity,
    private readonly keySpace: KeySpace,
    private readonly clock: Clock,
    private readonly makeStore: MakeKeyedStore = heapStore,
  ) {}

  /** The operator's keyed state if it has any. */
  get existingKeyed(): KeyedStateBackend | undefined {
    return this.backend;
  }

  /** The operator's keyed state, made at the first call. */
  keyed(): KeyedStateBackend {
    this.backend ??= new KeyedStateBackend(this.keySpace, this.clock, this.makeStore);
    return this.backend;
  }

  /** Batch: the records of the current key have ended. */
  endKey(): void {
    this.backend?.endKey();
  }

  /**
   * The list of that name, made at the first call; after a restore it holds what came back.
   * @throws STATE_KIND_CHANGED when the name belongs to a list of another mode
   */
  list(name: string, mode: DistributionMode): OperatorList {
    let list = this.lists.get(name);
    if (list === undefined) {
      list = new OperatorList(name, mode);
      this.lists.set(name, list);
    }
    if (list.mode !== mode) {
      throw new WeftError('STATE_KIND_CHANGED', `Operator state "${name}" is distributed ${list.mode}, not ${mode}.`);
    }
    return list;
  }

  takePart(participant: CheckpointParticipant): void {
    this.participants.push(participant);
  }

  /** Undefined when the operator keeps nothing. @throws what a participant throws, STATE_NOT_SERIALIZABLE */
  snapshot(checkpointId: number): OperatorSnapshot | undefined {
    for (const participant of this.participants) participant.snapshotState?.(checkpointId);
    const lists = [...this.lists.values()].map((list) => ({ ...list, items: encodeItems(list) }));
    const keyed = this.backend?.isEmpty === false ? this.backend.snapshot() : undefined;
    if (lists.length === 0 && keyed === undefined) return undefined;
    return {
      ...this.identity,
      async writeTo(output: SnapshotOutput) {
        await keyed?.writeTo(output);
        for (const { name, mode, items } of lists) await output.operatorState(name, mode, items);
      },
      release: () => keyed?.release(),
    };
  }

  /** Before the operator opens. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN, STATE_MAX_PARALLELISM_CHANGED */
  async restore({ keyed, logs = [], operatorStates }: OperatorRestore): Promise<void> {
    this.isRestored = true;
    if (logs.length > 0) await this.keyed().restoreLogs(logs);
    for (const part of keyed) await restoreKeyed(this.keyed(), this.keySpace, part);
    for (const [name, { mode, items }] of operatorStates) this.list(name, mode).items = items.map(decodeListItem);
    for (const participant of this.participants) participant.stateRestored?.();
  }

  /** The operator ends. */
  close(): void {
    this.backend?.close();
  }

  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    for (const participant of this.participants) await participant.notifyCheckpointComplete?.(checkpointId);
  }

  async notifyCheckpointAborted(checkpointId: number): Promise<void> {
    for (const participant of this.participants) await participant.notifyCheckpointAborted?.(checkpointId);
  }
}

/** The item of a list from its bytes. @throws SERDE_CORRUPT */
export const decodeListItem: (bytes: Uint8Array) => unknown = decodeTagged;

function encodeItems({ name, items, declared }: OperatorList): Uint8Array[] {
  for (const item of items) declared?.require(item);
  try {
    return items.map(encodeTagged);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('STATE_NOT_SERIALIZABLE', `Operator state "${name}" cannot be written: ${why}`, { cause });
  }
}
