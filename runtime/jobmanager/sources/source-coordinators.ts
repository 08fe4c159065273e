/**
 * The sources of one attempt of a job that have enumerators: carries messages between these and the readers in the tasks. The
 * enumerators are the user's code and run elsewhere; nothing of it is called here.
 *
 * Checkpoints: `snapshot` first; what is assigned after it waits until `resume`, which is called when the order for the
 * checkpoint was sent to the tasks. So a split is either in the state of the enumerator or in that of a reader.
 */
import type { EnumeratorState } from '../../checkpoint/index.js';
import type { Clock } from '../../common/clock.js';
import type { WeftError } from '../../common/errors/index.js';
import type { FromReader, ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { CheckpointedSources } from '../checkpoint/index.js';
import type { EnumeratorRunner, StartEnumerators } from './enumerator-runner.js';
import { WatermarkAlignment } from './watermark-alignment.js';

export interface SourceCoordinatorsOptions {
  readonly clock: Clock;
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

export class SourceCoordinators implements CheckpointedSources {
  private readonly nodeOfVertex = new Map<string, number>();
  private readonly vertexOfNode = new Map<number, string>();
  private runner: EnumeratorRunner | undefined;
  /** Messages that wait for the order of a checkpoint; undefined while none does. */
  private held: Held[] | undefined;
  private readonly alignment: WatermarkAlignment;

  constructor(private readonly options: SourceCoordinatorsOptions) {
    const { jobGraph, clock, send } = options;
    this.alignment = new WatermarkAlignment({
      ...{ clock, jobGraph },
      tell: (vertexId, subtask, maxWatermarkMs) => send(vertexId, subtask, { type: 'alignment', maxWatermarkMs }),
    });
    const coordinated = new Set(jobGraph.streamNodes.filter((node) => node.coordinated === true).map(({ id }) => id));
    for (const { id, nodes } of jobGraph.vertices) {
      const node = nodes.find((member) => coordinated.has(member));
      if (node === undefined) continue;
      this.nodeOfVertex.set(id, node);
      this.vertexOfNode.set(node, id);
    }
  }

  /** Starts the enumerators, if the job has any. @param states what they keep in a checkpoint */
  start(states: readonly EnumeratorState[] = []): void {
    if (this.nodeOfVertex.size === 0) return;
    const { jobGraph, start, failed } = this.options;
    const restored = new Map(
      jobGraph.streamNodes.flatMap(({ id, operatorId }) => {
        const kept = states.find((state) => state.operatorId === operatorId);
        return kept === undefined
          ? []
          : [[id, { version: kept.version, bytes: Buffer.from(kept.state, 'base64') }] as const];
      }),
    );
    this.runner = start(jobGraph, restored, {
      toReader: (node, subtask, message) => {
        const vertexId = this.vertexOfNode.get(node);
        if (vertexId !== undefined) this.toReader({ vertexId, subtask, message });
      },
      failed,
    });
    this.alignment.start();
  }

  fromReader(vertexId: string, subtask: number, message: FromReader): void {
    if (message.type === 'watermark') {
      this.alignment.reported(vertexId, subtask, message.watermarkMs);
      return;
    }
    if (message.type === 'register') this.alignment.registered(vertexId, subtask);
    const node = this.nodeOfVertex.get(vertexId);
    if (node !== undefined) this.runner?.fromReader(node, subtask, message);
  }

  /** See `EnumeratorRunner.readerLost`. */
  readerLost(vertexId: string, subtask: number, checkpointId: number | undefined): void {
    const node = this.nodeOfVertex.get(vertexId);
    if (node !== undefined) this.runner?.readerLost(node, subtask, checkpointId);
  }

  snapshot(checkpointId: number): Promise<readonly EnumeratorState[]> | undefined {
    if (this.runner === undefined) return undefined;
    // The answer comes behind all that was assigned before it, and in front of all that is assigned after it.
    return this.runner.snapshot(checkpointId).then((states) => {
      this.held ??= [];
      return [...states].map(([node, { version, bytes }]) => ({
        operatorId: this.options.jobGraph.streamNodes.find(({ id }) => id === node)?.operatorId ?? '',
        version,
        state: Buffer.from(bytes).toString('base64'),
      }));
    });
  }

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
    this.alignment.stop();
    await runner?.close();
  }

  private toReader(held: Held): void {
    if (this.held === undefined) this.options.send(held.vertexId, held.subtask, held.message);
    else this.held.push(held);
  }
}
