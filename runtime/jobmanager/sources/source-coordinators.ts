/**
 * The sources of one attempt of a job that have enumerators: carries messages between these and the readers in the tasks. The
 * enumerators are the user's code and run elsewhere; nothing of it is called here.
 *
 * Checkpoints: `snapshot` first; what is assigned after it waits until `resume`, which is called when the order for the
 * checkpoint was sent to the tasks. So a split is either in the state of the enumerator or in that of a reader.
 */
import type { WeftError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { EnumeratorRunner, EnumeratorStates, StartEnumerators } from './enumerator-runner.js';

export interface SourceCoordinatorsOptions {
  readonly jobGraph: JobGraph;
  readonly start: StartEnumerators;
  /** To the reader in a subtask of a vertex. */
  send: (vertexId: string, subtask: number, message: ToReader) => void;
  failed: (error: WeftError) => void;
}

interface Held {
  readonly vertexId: string;
  readonly subtask: number;
  readonly message: ToReader;
}

export class SourceCoordinators {
  private readonly nodeOfVertex = new Map<string, number>();
  private readonly vertexOfNode = new Map<number, string>();
  private runner: EnumeratorRunner | undefined;
  /** Messages that wait for the order of a checkpoint; undefined while none does. */
  private held: Held[] | undefined;

  constructor(private readonly options: SourceCoordinatorsOptions) {
    const { jobGraph } = options;
    const coordinated = new Set(jobGraph.streamNodes.filter((node) => node.coordinated === true).map(({ id }) => id));
    for (const { id, nodes } of jobGraph.vertices) {
      const node = nodes.find((member) => coordinated.has(member));
      if (node === undefined) continue;
      this.nodeOfVertex.set(id, node);
      this.vertexOfNode.set(node, id);
    }
  }

  /** Starts the enumerators, if the job has any. @param restored their states in a checkpoint */
  start(restored: EnumeratorStates = new Map()): void {
    if (this.nodeOfVertex.size === 0) return;
    const { jobGraph, start, failed } = this.options;
    this.runner = start(jobGraph, restored, {
      toReader: (node, subtask, message) => {
        const vertexId = this.vertexOfNode.get(node);
        if (vertexId !== undefined) this.toReader({ vertexId, subtask, message });
      },
      failed,
    });
  }

  fromReader(vertexId: string, subtask: number, message: FromReader): void {
    const node = this.nodeOfVertex.get(vertexId);
    if (node !== undefined) this.runner?.fromReader(node, subtask, message);
  }

  /** See `EnumeratorRunner.readerLost`. */
  readerLost(vertexId: string, subtask: number, checkpointId: number | undefined): void {
    const node = this.nodeOfVertex.get(vertexId);
    if (node !== undefined) this.runner?.readerLost(node, subtask, checkpointId);
  }

  /**
   * The states of the enumerators, by node; none when the job has none. Holds back what they assign from then on.
   * @throws SOURCE_ENUMERATOR_FAILED
   */
  async snapshot(checkpointId: number): Promise<EnumeratorStates> {
    if (this.runner === undefined) return new Map();
    const states = await this.runner.snapshot(checkpointId);
    // The answer comes behind all that was assigned before it, and in front of all that is assigned after it.
    this.held ??= [];
    return states;
  }

  /** The order for the checkpoint is on its way, or will not come. */
  resume(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const message of held) this.toReader(message);
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.runner?.notifyCheckpointComplete(checkpointId);
  }

  async stop(): Promise<void> {
    const { runner } = this;
    this.runner = undefined;
    this.held = undefined;
    await runner?.close();
  }

  private toReader(held: Held): void {
    if (this.held === undefined) this.options.send(held.vertexId, held.subtask, held.message);
    else this.held.push(held);
  }
}
