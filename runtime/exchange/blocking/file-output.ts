import type { Doorbells } from '../memory/doorbell.js';
import { RingConsumer } from '../memory/ring-consumer.js';
import type { RingGroup } from '../memory/ring-group.js';
import type { ProducedCounters } from '../memory/ring-producer.js';
import type { PoolViews } from '../memory/segment-pool.js';
import { RingOutput } from '../output/ring-output.js';
import type { PartitionFile } from './partition-file.js';

/** One channel of a blocking edge at its producer: a ring of this thread alone, whose full chunks go into the partition's file. */
export class FileOutput extends RingOutput {
  private readonly filled: RingConsumer;

  constructor(
    private readonly views: PoolViews,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    counters: ProducedCounters,
    private readonly consumer: number,
    private readonly file: PartitionFile,
  ) {
    super(views, group, channel, bells, counters, 'a file');
    this.filled = new RingConsumer(group, channel, bells);
  }

  override finish(): void {
    super.finish();
    this.drain();
    this.file.end(this.consumer);
  }

  /** The chunk before is sealed by now, and free again once it is written. */
  protected override claim(): number {
    this.drain();
    return super.claim();
  }

  private drain(): void {
    const { filled, views } = this;
    while (filled.refresh()) {
      this.file.append(this.consumer, views.u8, filled.pos, filled.end);
      filled.pos = filled.end;
    }
  }
}
