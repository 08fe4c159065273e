/**
 * Keeps sources of a group together in event time: readers tell how far they have come, and hear how far they may go, which is the
 * drift ahead of the one furthest behind. (Flink: SourceCoordinator's aggregated watermarks, FLIP-182 and FLIP-217.)
 */
import type { Clock } from '../../common/clock.js';
import { MAX_WATERMARK } from '../../functions/index.js';
import type { JobGraph, StreamNodeData } from '../../graph/job-graph.js';

interface AlignedSource extends NonNullable<StreamNodeData['alignment']> {
  readonly vertexId: string;
}

/** A subtask of a source. */
interface Reader {
  readonly source: AlignedSource;
  readonly subtask: number;
  watermarkMs: number;
  /** What it heard last. */
  toldMs: number | undefined;
}

export interface WatermarkAlignmentOptions {
  readonly clock: Clock;
  readonly jobGraph: JobGraph;
  tell(vertexId: string, subtask: number, maxWatermarkMs: number): void;
}

export class WatermarkAlignment {
  private readonly sources: readonly AlignedSource[];
  private readonly readers = new Map<string, Reader>();
  private stops: (() => void)[] = [];

  constructor(private readonly options: WatermarkAlignmentOptions) {
    const { streamNodes, vertices, settings } = options.jobGraph;
    // Stages have all their input; nothing waits for event time there.
    const nodes = settings.runtimeMode === 'BATCH' ? [] : streamNodes;
    this.sources = nodes.flatMap(({ id, alignment }) => {
      const vertex = vertices.find(({ nodes: members }) => members.includes(id));
      return alignment === undefined || vertex === undefined ? [] : [{ ...alignment, vertexId: vertex.id }];
    });
  }

  start(): void {
    const { clock } = this.options;
    this.stops = this.sources.map((source) => clock.every(source.updateIntervalMs, () => this.announce(source)));
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.readers.clear();
  }

  reported(vertexId: string, subtask: number, watermarkMs: number): void {
    const source = this.sources.find((it) => it.vertexId === vertexId);
    if (source === undefined) return;
    const name = `${vertexId}_${subtask}`;
    const reader = this.readers.get(name) ?? { source, subtask, watermarkMs, toldMs: undefined };
    reader.watermarkMs = watermarkMs;
    this.readers.set(name, reader);
  }

  /** It begins anew: it counts again when it has said how far it has come, and knows nothing. */
  registered(vertexId: string, subtask: number): void {
    this.readers.delete(`${vertexId}_${subtask}`);
  }

  private announce(source: AlignedSource): void {
    const members = [...this.readers.values()].filter((reader) => reader.source.group === source.group);
    const slowestMs = Math.min(MAX_WATERMARK, ...members.map(({ watermarkMs }) => watermarkMs));
    const maxWatermarkMs = Math.min(MAX_WATERMARK, slowestMs + source.maxDriftMs);
    for (const reader of members) {
      if (reader.source !== source || reader.toldMs === maxWatermarkMs) continue;
      reader.toldMs = maxWatermarkMs;
      this.options.tell(source.vertexId, reader.subtask, maxWatermarkMs);
    }
  }
}
